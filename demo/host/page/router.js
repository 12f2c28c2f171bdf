// A router of twenty lines, in the place of the host's own.
import { ref } from 'vue';

const here = () => location.pathname + location.search;
export const path = ref(here());

export function go(to, replace = false) {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  path.value = here();
}

addEventListener('popstate', () => (path.value = here()));
