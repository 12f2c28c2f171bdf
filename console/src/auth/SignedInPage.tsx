import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { session } from './session';
import { SigningIn, SignInPage, Unreachable } from './SignInPage';
import { useSession } from './useSession';

// The code in the address is good for one exchange, and effects may run twice.
let finishing: Promise<string> | undefined;

/** Where the provider sends people back to. */
export function SignedInPage() {
  const { settings, status } = useSession();
  const navigate = useNavigate();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!settings) return;
    finishing ??= session.finishSignIn();
    finishing
      .then(
        (path) => navigate(path, { replace: true }),
        () => setFailed(true),
      )
      .finally(() => (finishing = undefined));
  }, [settings, navigate]);
  if (failed) return <SignInPage returnTo="/" failed />;
  return status === 'unreachable' ? <Unreachable /> : <SigningIn />;
}
