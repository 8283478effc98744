// An OpenID provider for tests: oidc-provider from npm, in memory, with clients that may come back to any port of this
// machine, users who are whoever they say, and forms that a program can fill in as a browser would.
//
//   node server.mjs <port> <folder>
//
// Users: the login name is the address. `ada+unverified@…` is not verified, `ada+nomail@…` tells no address. What a client
// may know of them is what it asks for. Clients: `ashlar` and `other`, whose secrets are `<id>-secret`.
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const port = Number(process.argv[2])
const issuer = `http://127.0.0.1:${port}`

const client = (id) => ({
  client_id: id,
  client_secret: `${id}-secret`,
  // A native client of this machine may come back to any port (RFC 8252, 7.3).
  application_type: 'native',
  redirect_uris: ['127.0.0.1', 'localhost'].flatMap((host) =>
    ['dev', 'other', 'oidc'].map((name) => `http://${host}/api/v1/auth/oauth/${name}/callback`)),
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
})

const findAccount = async (_, login) => ({
  accountId: login,
  claims: async () => ({
    sub: login,
    name: login.split(/[+@]/)[0],
    ...(login.includes('+nomail') ? {} : { email: login, email_verified: !login.includes('+unverified') }),
  }),
})

const provider = new Provider(issuer, {
  clients: [client('ashlar'), client('other')],
  findAccount,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  scopes: ['openid', 'email', 'profile', 'offline_access'],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['for tests, and for nothing else'] },
  // Rotated each time, so that a second use is noticed.
  rotateRefreshToken: true,
  issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
  ttl: { AccessToken: 3600, RefreshToken: 86400, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 3600, Grant: 86400 },
})

const page = (response, fields) => {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(`<!doctype html><title>Provider</title><form method="post">${fields}<button>Go on</button></form>`)
}

const body = async (request) => {
  let text = ''
  for await (const chunk of request) text += chunk
  return new URLSearchParams(text)
}

// What has been asked of the user: who they are, and whether they agree.
const answer = async (details, form) => {
  if (form.has('deny')) return { error: 'access_denied', error_description: 'The user said no' }
  if (details.prompt.name === 'login') return { login: { accountId: form.get('login') } }
  const grant = details.grantId
    ? await provider.Grant.find(details.grantId)
    : new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id })
  const { missingOIDCScope, missingOIDCClaims } = details.prompt.details
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '))
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims)
  return { consent: { grantId: await grant.save() } }
}

const interact = async (request, response) => {
  const details = await provider.interactionDetails(request, response)
  if (request.method === 'POST') {
    const result = await answer(details, await body(request))
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true })
  }
  page(response, details.prompt.name === 'login' ? '<input name="login">' : '<input name="consent" value="yes">')
}

const callback = provider.callback()
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return callback(request, response)
  interact(request, response).catch((error) => {
    console.error(error)
    response.statusCode = 500
    response.end()
  })
}).listen(port, '127.0.0.1')
