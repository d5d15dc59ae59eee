// A real OpenID Connect provider on loopback, for the tests of signing in. Usage: node provider.mjs PORT RETURN_ADDRESS[,RETURN_ADDRESS] SECRET_FILE
// Its own pages ask for a sign-in name and take any password; the name is the subject.
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [port, back, file] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'xinyong', client_secret: readFileSync(file, 'utf8').trim(), redirect_uris: back.split(','), grant_types: ['authorization_code'], response_types: ['code'] }],
  pkce: { required: () => true },
  cookies: { keys: ['only for tests'] },
});
provider.listen(Number(port), '127.0.0.1', () => console.log(`ready http://127.0.0.1:${port}`));
