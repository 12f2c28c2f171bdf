import { useOutletContext } from 'react-router';
import type { Me } from '@/api/types';

/** Who is signed in, as the pages inside the shell know them. */
export function useCaller(): Me {
  return useOutletContext<Me>();
}
