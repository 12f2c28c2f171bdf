import { createRoot } from 'react-dom/client';
import type * as Module from '../../embed/prodgate';
import { define } from './element';
import { Elements } from './Elements';
import { framedElsewhere } from './framed';
import { session } from './session';

export const configure: typeof Module.configure = (settings) => {
  // Nothing is shown there, so nobody's token is asked for either.
  if (!framedElsewhere()) void session.configure(settings);
};

export const sessionChanged: typeof Module.sessionChanged = async () => {
  await session.token();
};

createRoot(document.createElement('div')).render(<Elements />);
define('prodgate-requests', 'requests');
define('prodgate-request', 'request');
define('prodgate-new-request', 'new-request');
define('prodgate-pending-count', 'pending-count');
