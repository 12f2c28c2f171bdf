import { Compass } from 'lucide-react';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useSpeech } from '@/i18n';
import { ButtonLink } from '@/ui/Button';
import { Empty } from '@/ui/Empty';

export function NotFound() {
  const { t } = useSpeech();
  usePageTitle(t.errors.notFound);
  return (
    <Empty
      icon={Compass}
      heading="h1"
      title={t.errors.notFound}
      help={t.errors.notFoundHelp}
      action={<ButtonLink to="/requests">{t.errors.home}</ButtonLink>}
    />
  );
}
