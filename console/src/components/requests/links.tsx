import { Link } from 'react-router';
import type { TargetType } from '@/api/types';
import { cx } from '@/ui/classes';

export interface TargetOf {
  tenant: string;
  type: TargetType;
  name: string;
}

/** The address of a target's page. */
export function targetPath({ tenant, type, name }: TargetOf): string {
  return `/targets/${encodeURIComponent(tenant)}/${type}/${encodeURIComponent(name)}`;
}

export function tenantPath(tenant: string): string {
  return `/tenants/${encodeURIComponent(tenant)}`;
}

const LINK = 'rounded underline decoration-edge/60 underline-offset-3 hover:decoration-current';

interface TargetLinkProps {
  target: TargetOf;
  className?: string;
}

/** A target by its name, which leads to its page. */
export function TargetLink({ target, className }: TargetLinkProps) {
  return (
    <Link to={targetPath(target)} className={cx(LINK, className)}>
      {target.name}
    </Link>
  );
}

interface TenantLinkProps {
  tenant: string;
  /** The tenant as people call it. */
  name: string;
  className?: string;
}

export function TenantLink({ tenant, name, className }: TenantLinkProps) {
  return (
    <Link to={tenantPath(tenant)} className={cx(LINK, className)}>
      {name}
    </Link>
  );
}

/** A request by its number. */
export function RequestLink({ id }: { id: string }) {
  return (
    <Link
      to={`/requests/${id}`}
      className="inline-flex min-h-6 items-center font-mono text-[0.8125rem] text-accent-text underline-offset-2 hover:underline"
    >
      {id}
    </Link>
  );
}
