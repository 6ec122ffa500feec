import { isIP, isIPv6 } from 'node:net'
import { z } from 'zod'
import { secret, url } from '../model/marks.ts'
import { duration } from './duration.ts'
import { isLoopback } from './loopback.ts'

/** `10.0.0.0/8`, `127.0.0.1`, `::1`: what a connection's address is held against. "Every address" is none: it would trust everybody. */
const network = z.string().refine(
  (text) => {
    const [address, prefix, ...more] = text.split('/')
    const bits = isIPv6(address!) ? 128 : 32
    return isIP(address!) !== 0 && more.length === 0 && (prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits))
  },
  { error: 'an address or a network such as 127.0.0.1, 10.1.0.0/16 or ::1; not every address, for whoever is trusted may be anybody' },
)

const header = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, { error: 'the name of a header, e.g. X-Forwarded-User' })

const holders = z
  .array(z.string().min(1))
  .default([])
  .meta({ description: 'Names of groups, `user:NAME` for one person, `"*"` for everybody who is signed in' })

/** The labels that a role is given on. */
export const whereLabels = z
  .record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, { error: "the name of a target's label" }), z.string().min(1).max(100))
  .refine((where) => Object.keys(where).length > 0, { error: 'at least one label; a role that holds everywhere needs no where' })
  .refine((where) => Object.keys(where).length <= 20, { error: 'at most 20 labels' })

const scopedHolders = z
  .array(
    z.union([
      z.string().min(1),
      z.strictObject({
        group: z.string().min(1).describe('The name of a group, `user:NAME` or `"*"`'),
        where: whereLabels.describe('Labels that a target must have, all of them: `{ team: shop }`'),
      }),
    ]),
  )
  .default([])
  .meta({
    description:
      'Names of groups, `user:NAME` for one person, `"*"` for everybody who is signed in; or `{ group: …, where: { team: shop } }`, who have the role on the targets with these labels and read everything',
  })

const roles = z
  .strictObject({ viewer: holders, operator: scopedHolders, admin: scopedHolders })
  .describe('Who has which role')
  .refine((all) => Object.values(all).some((list) => list.length > 0), {
    error: 'at least one of admin, operator and viewer with a list of groups: without, nobody may come in',
  })

const trusted = z.array(network).default([]).meta({
  description: 'Reverse proxies whose `X-Forwarded-For` gives the address of the client. Without it that is the address of the connection',
})

const idle = duration(1_000, 14 * 86_400_000)
  .prefault('12h')
  .meta({ description: 'A session ends when nobody has used it for this time, and 14 days after the sign-in at the latest' })

const local = z.strictObject({
  mode: z.literal('local').describe('People have a password or a passkey here'),
  idle,
  secondFactor: z
    .enum(['optional', 'required'])
    .default('optional')
    .meta({ description: '`required`: nobody reaches more than their own account until they have set up a second factor' }),
  trusted,
})

const proxy = z
  .strictObject({
    mode: z.literal('proxy').describe('A reverse proxy has signed people in and names them in headers'),
    trusted: z
      .array(network)
      .min(1)
      .default(['127.0.0.1', '::1'])
      .meta({ description: 'Where the proxy connects from: its headers count from there alone' }),
    user: header
      .default('X-Forwarded-User')
      .meta({ description: 'The header that names the person, replaced by the proxy on every request' }),
    groups: header.default('X-Forwarded-Groups').meta({ description: "The header that lists the person's groups" }),
    separator: z.string().length(1).default(',').meta({ description: 'What stands between two groups' }),
    roles,
  })
  .refine((auth) => auth.user.toLowerCase() !== auth.groups.toLowerCase(), { path: ['groups'], error: 'another header than user' })

/** Plain http only where nobody can listen in. */
const issuer = url(
  z.string().refine(
    (text) => {
      const url = URL.parse(text)
      const local = url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
      return url !== null && (url.protocol === 'https:' || local) && !url.username && !url.password && !url.search && !url.hash
    },
    { error: "the issuer's https address as it names itself, e.g. https://login.example/realms/ops; http only on loopback" },
  ),
)

const oidc = z.strictObject({
  mode: z.literal('oidc').describe('People sign in with an OpenID Connect issuer'),
  issuer: issuer.describe('Its https address as it names itself; http only on loopback'),
  client_id: z.string().min(1).describe('The id of the client that is registered there'),
  client_secret: secret(z.string().min(1)).optional().meta({ description: 'Left out for a public client: PKCE is used with and without' }),
  scopes: z
    .array(z.string().regex(/^[!#-[\]-~]+$/, { error: 'a scope without blanks' }))
    .default(['openid', 'profile', 'email'])
    .refine((list) => list.includes('openid'), { error: 'a list with openid in it' })
    .describe('The scopes that are asked for; some issuers send groups only with an additional scope'),
  user: z
    .string()
    .min(1)
    .default('preferred_username')
    .meta({ description: 'The claim that names the person; one that people cannot edit' }),
  groups: z
    .string()
    .min(1)
    .default('groups')
    .meta({ description: "The claim that lists the person's groups; dots lead into nested claims" }),
  idle,
  trusted,
  roles,
})

/** Who may come in, and how they show who they are. */
export const authSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none').describe('No sign-in: whoever reaches `listen` on this machine is admin') }),
  local,
  proxy,
  oidc,
])

export type Auth = z.output<typeof authSchema>
export type LocalAuth = z.output<typeof local>
export type ProxyAuth = z.output<typeof proxy>
export type OidcAuth = z.output<typeof oidc>
/** Role -> who holds it. */
export type RoleHolders = z.output<typeof roles>
