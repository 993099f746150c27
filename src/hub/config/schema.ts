import { z } from 'zod'
import { apiVersion, parseDuration } from '../../core/kinds/index.ts'
import { forgeKinds } from '../../git/forge/index.ts'
import { logLevels } from '../../runtime/index.ts'

const name = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, { error: 'must be lower-case letters, digits, "-" and "."' })
const secretName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
    error: 'must be the name of a Secret',
  })
const text = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\P{Cc}*$/u, { error: 'must not hold control characters' })
const path = text
const address = text.regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, {
  error: 'must be an address and a port such as 127.0.0.1:7480',
})
const duration = z.union([
  z
    .string()
    .refine((given) => parseDuration(given) !== undefined, { error: 'must be a duration such as 30s or 1h' }),
  z.literal(0),
])

const credential = z
  .strictObject({
    name,
    /** A mounted file; read anew at each use. */
    file: path.optional(),
    /** An environment variable of the hub. */
    env: text
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of an environment variable' })
      .optional(),
    /** A Secret in the cluster where the hub runs; read at use, with the account of the hub's Pod. */
    secret: z
      .strictObject({
        /** The Pod's own without it. */
        namespace: name
          .regex(/^[^.]*$/, { error: 'must be the name of a namespace, which holds no "."' })
          .optional(),
        name: secretName,
        /** The only key of the Secret without it. */
        key: z
          .string()
          .max(253)
          .regex(/^[-._a-zA-Z0-9]+$/, { error: 'must be a key of a Secret' })
          .optional(),
      })
      .optional(),
    /** What it is to a Git server; a password (or token in its place) without it. */
    as: z.enum(['password', 'token', 'ssh']).optional(),
    /** The user beside a password. */
    username: text.optional(),
    /** The host keys that an SSH server may have, in known_hosts form. */
    knownHosts: path.optional(),
  })
  .refine(({ file, env, secret }) => [file, env, secret].filter((one) => one !== undefined).length === 1, {
    error: 'must name exactly one of file, env and secret',
  })

/** What cannot live in the fleet repository (hub "Configuration"). Every field has a default. */
export const settingsSchema = z.strictObject({
  /** The folder of the data, the secret key and the copies of repositories. */
  data: path.optional(),
  /** PostgreSQL in place of the embedded database. */
  database: z
    .strictObject({
      url: text.optional(),
      /** The name of a credential that holds the whole URL. */
      credential: name.optional(),
    })
    .optional(),
  listen: address.optional(),
  tls: z.strictObject({ cert: path, key: path }).optional(),
  /** Where people reach the hub, when that is not where it listens. */
  publicUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  fleet: z
    .strictObject({
      url: text.optional(),
      branch: text.optional(),
      credential: name.optional(),
      poll: duration.optional(),
    })
    .optional(),
  credentials: z.array(credential).max(1000).optional(),
  secretKey: z.strictObject({ file: path.optional() }).optional(),
  proxies: z
    .strictObject({ https: text.optional(), http: text.optional(), none: z.array(text).max(1000).optional() })
    .optional(),
  /** Files with certificate authorities to trust besides the system's. */
  authorities: z.array(path).max(100).optional(),
  logLevel: z.enum(logLevels).optional(),
  /** Nothing is written to any cluster. */
  observe: z.boolean().optional(),
  retention: z
    .strictObject({
      /** How long ended drift and activity are kept. */
      days: z.int().min(1).max(3660).optional(),
      /** How many events are kept at the most. */
      events: z.int().min(1000).max(100_000_000).optional(),
    })
    .optional(),
  metrics: z.strictObject({ listen: address.optional() }).optional(),
  audit: z
    .strictObject({
      /** Audit logs of API servers that this machine can read. */
      files: z
        .array(z.strictObject({ cluster: name, file: path }))
        .max(1000)
        .optional(),
      /** Whether audit webhooks may send; they may without it. */
      webhook: z.boolean().optional(),
    })
    .optional(),
  /** Where Helm charts may be fetched from; nowhere without it. */
  charts: z
    .strictObject({
      /** `charts.example.com`, `registry.corp:5000`, `*.example.com`. */
      hosts: z.array(text).max(1000).optional(),
      /** Those of `hosts` that are spoken to without TLS. */
      plainHttp: z.array(text).max(1000).optional(),
      /** Each sent to that very origin, such as `https://charts.example.com`. */
      credentials: z
        .array(
          z.strictObject({ origin: z.url({ error: 'must be an address without a path' }), credential: name }),
        )
        .max(1000)
        .optional(),
    })
    .optional(),
  /** Remote Kustomize bases. */
  remoteBases: z
    .strictObject({
      /** Hosts that may be named although they mean this machine or its surroundings. */
      hosts: z.array(text).max(1000).optional(),
    })
    .optional(),
  /** Where people of an organisation sign in. */
  openid: z
    .strictObject({
      issuer: z.url({ protocol: /^https?$/, error: 'must be the address of an OpenID provider' }).optional(),
      clientId: text.optional(),
      /** The name of the credential that holds the client's secret; a public client has none. */
      secret: name.optional(),
      /** What the button says. */
      label: text.max(100).optional(),
      scopes: z.array(text).max(100).optional(),
      /** The claim that names a person: email without it. */
      userClaim: text.max(100).optional(),
      /** The claim that names their groups: groups without it. */
      groupsClaim: text.max(100).optional(),
      /** Groups whose members may do everything, whatever the fleet's Access kinds say. */
      admins: z.array(text).max(100).optional(),
    })
    .optional(),
  /** Forges that may announce pushes, each with the name of the credential that holds its secret. */
  webhooks: z
    .strictObject({
      github: z.strictObject({ secret: name.optional() }).optional(),
      gitlab: z.strictObject({ secret: name.optional() }).optional(),
      gitea: z.strictObject({ secret: name.optional() }).optional(),
    })
    .optional(),
  /** Forges that are told what became of commits (commit statuses). */
  forges: z
    .array(
      z.strictObject({
        /** The host of its repositories, as their URLs write it. */
        host: text.regex(/^[A-Za-z0-9.-]+$/, { error: 'must be a host name' }),
        kind: z.enum(forgeKinds),
        /** The root of its API; the usual one of the host without it. */
        api: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
        /** The token that may write commit statuses. */
        credential: name,
      }),
    )
    .max(100)
    .optional(),
  /** Files of bundles that are encrypted with SOPS. */
  sops: z
    .strictObject({
      /** Credentials that hold age keys, as age-keygen writes them. */
      age: z.array(name).min(1).max(100),
    })
    .optional(),
  /** The operator's own kubeconfigs, by the name that clusters use for them. */
  kubeconfigs: z
    .array(z.strictObject({ name, file: path }))
    .max(1000)
    .optional(),
})

export type Settings = z.infer<typeof settingsSchema>

export const hubConfigSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('HubConfig'),
  metadata: z.strictObject({ name }).optional(),
  spec: settingsSchema.optional(),
})
