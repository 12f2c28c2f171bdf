// What the browser is asked of passkeys (WebAuthn), and its answers as the API takes them.
import { api, data } from './client';
import { ApiProblem, PasskeyFault, type PasskeyFaultKind } from './problem';
import type { Assertion, DecisionChallenge, PasskeyBody, PasskeyChallenge, PasskeyOptions } from './types';

const WAIT = 5 * 60_000;

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function base64url(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const FAULTS: Readonly<Record<string, PasskeyFaultKind>> = {
  AbortError: 'cancelled',
  InvalidStateError: 'known',
  NotAllowedError: 'cancelled',
  NotSupportedError: 'unfit',
  ConstraintError: 'unfit',
  SecurityError: 'elsewhere',
};

/** Asks the browser, whose prompt may be closed. Throws PasskeyFault. */
async function asked(prompt: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  // A browser leaves them out at an address without TLS, and a frame of another site may not ask.
  if (!('credentials' in navigator) || !('PublicKeyCredential' in window)) throw new PasskeyFault('unable');
  if (window.parent !== window) throw new PasskeyFault('elsewhere');
  try {
    const found = (await prompt()) as PublicKeyCredential | null;
    if (!found) throw new PasskeyFault('cancelled');
    return found;
  } catch (error) {
    if (error instanceof DOMException) throw new PasskeyFault(FAULTS[error.name] ?? 'unable', error);
    throw error;
  }
}

const known = (credential: string): PublicKeyCredentialDescriptor => ({
  type: 'public-key',
  id: bytes(credential),
});

/** The answer of one of the reader's passkeys to a challenge. Throws PasskeyFault. */
export async function answerTo(challenge: PasskeyChallenge): Promise<Assertion> {
  const { id, response } = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytes(challenge.challenge),
        rpId: challenge.rpId,
        allowCredentials: challenge.passkeys.map(({ credential }) => known(credential)),
        userVerification: 'required',
        timeout: WAIT,
      },
    }),
  );
  const answer = response as AuthenticatorAssertionResponse;
  const passkey = challenge.passkeys.find(({ credential }) => credential === id);
  if (!passkey) throw new PasskeyFault('unfit');
  return {
    passkey: passkey.id,
    asked: challenge.asked,
    authenticatorData: base64url(answer.authenticatorData),
    clientData: base64url(answer.clientDataJSON),
    signature: base64url(answer.signature),
  };
}

/** A new passkey, as the API takes it. Throws PasskeyFault. */
export async function newPasskey(options: PasskeyOptions, label: string): Promise<PasskeyBody> {
  const { id, response } = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytes(options.challenge),
        rp: { id: options.rpId, name: 'Prodgate' },
        user: { id: bytes(options.userId), name: options.userName, displayName: options.displayName },
        pubKeyCredParams: options.algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: options.known.map(known),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        attestation: 'none',
        timeout: WAIT,
      },
    }),
  );
  return {
    label,
    asked: options.asked,
    credential: id,
    clientData: base64url(response.clientDataJSON),
    attestation: base64url((response as AuthenticatorAttestationResponse).attestationObject),
  };
}

interface Wish {
  action: 'approve' | 'emergency' | 'retry' | 'release' | 'ratify' | 'refute';
  comment?: string;
  reason?: string;
  production?: string;
  onBehalfOf?: string;
}

/** The answer of the reader's passkey to a decision that they are about to send. Throws PasskeyFault, ApiProblem. */
export async function confirmed(id: string, wish: Wish) {
  const params = { path: { id } };
  try {
    const asking = await api.POST('/v1/requests/prod/{id}/challenge', { params, body: wish });
    const challenge = data(asking) satisfies DecisionChallenge;
    return { ...(await answerTo(challenge)), decision: challenge.decision };
  } catch (error) {
    const none = error instanceof ApiProblem && error.kind === 'passkey-required';
    throw none ? new PasskeyFault('none', error) : error;
  }
}
