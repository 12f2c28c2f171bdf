import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Outlet, Route, Routes } from 'react-router';
import type { Me } from '@/api/types';

const person = (name: string) => ({ name, email: `${name.toLowerCase().replace(' ', '.')}@cab-i.com` });
export const [JEAN, CLAIRE, EMMA, PIERRE, ALICE] = [
  person('Jean Dupont'),
  person('Claire Moreau'),
  person('Emma Leroy'),
  person('Pierre Durand'),
  person('Alice Admin'),
] as const;
const PEOPLE = [JEAN, CLAIRE, EMMA, PIERRE, ALICE];

/** An approver of one tenant, who asks for promotions too. */
export const APPROVER: Me = {
  ...JEAN,
  grants: [],
  tenants: [{ name: 'tenant-finance', displayName: 'Finance' }],
  creates: ['tenant-finance'],
  mayApprove: true,
  decidesFor: [],
  rights: [{ permission: 'approve', everywhere: false, tenants: ['tenant-finance'] }],
  faults: [],
};

interface SignedProps {
  /** What the server has answered already: by the key it is asked under. */
  known?: readonly (readonly [key: readonly unknown[], answer: unknown])[];
  children: ReactNode;
}

/** A story as it stands inside the shell: Jean is signed in, and the server says nothing but what is known. */
export function Signed({ known = [], children }: SignedProps) {
  const [client] = useState(() => {
    const made = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
    made.setQueryData(['people'], PEOPLE);
    known.forEach(([key, answer]) => made.setQueryData(key, answer));
    return made;
  });
  return (
    <QueryClientProvider client={client}>
      <Routes>
        <Route element={<Outlet context={APPROVER} />}>
          <Route path="*" element={children} />
        </Route>
      </Routes>
    </QueryClientProvider>
  );
}
