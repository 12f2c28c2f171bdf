// A second OpenID provider for the tests of renewal: certified, strict about refresh tokens (each is good for one use, and
// a second use ends the whole session), with ID tokens that end soon. Everybody signs in by an address and any password.
//   node scripts/provider.js PORT REDIRECT_URI LIFETIME_SECONDS
// @ts-expect-error  It brings no types.
import Provider from 'oidc-provider';

const [port, redirect, lifetime] = process.argv.slice(2);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'prodgate',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [redirect],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  // The API is shown the ID token, so that has to name the person.
  conformIdTokenClaims: false,
  findAccount: (/** @type {unknown} */ _, /** @type {string} */ sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: sub, email_verified: true, name: sub.split('@')[0] }),
  }),
  clientBasedCORS: () => true,
  issueRefreshToken: () => true,
  ttl: {
    IdToken: Number(lifetime),
    AccessToken: Number(lifetime),
    RefreshToken: 3600,
    Session: 3600,
    Grant: 3600,
  },
  features: { revocation: { enabled: true } },
});

provider.listen(Number(port), '127.0.0.1');
