import { isMap, type JsonMap, textOf } from '../../core/object/index.ts'
import { type Attributes, type Rule, serviceAccountToken, type Tokens, type User } from '../access/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { uidOf } from '../store/index.ts'
import { badRequest, notFound } from './refusal.ts'
import type { ResourceRequest } from './resource-request.ts'

/** The kinds that are asked and answered, and never stored. */
const reviews: Readonly<
  Record<string, (cluster: Cluster, user: User, spec: JsonMap, tokens: Tokens, namespace: string) => JsonMap>
> = {
  SelfSubjectAccessReview: (cluster, user, spec) => accessOf(cluster, user, spec),
  SubjectAccessReview: (cluster, _, spec) => accessOf(cluster, subjectOf(spec), spec),
  LocalSubjectAccessReview: (cluster, _, spec) => accessOf(cluster, subjectOf(spec), spec),
  SelfSubjectRulesReview: (cluster, user, spec) =>
    rulesStatus(cluster.policy.rulesFor(user, textOf(spec.namespace))),
  SelfSubjectReview: (_, user) => ({ userInfo: infoOf(user) }),
  TokenReview: (_cluster, _user, spec, tokens) => {
    const found = tokens.user(textOf(spec.token))
    return found === undefined
      ? { user: {}, error: '[invalid bearer token, unknown]' }
      : { authenticated: true, user: infoOf(found), audiences: ['https://kubernetes.default.svc'] }
  },
}

/** True for a kind that `review` answers. */
export function isReview(kind: string): boolean {
  return Object.hasOwn(reviews, kind)
}

/** Answers a question about access or identity. */
export async function review(cluster: Cluster, request: ResourceRequest, tokens: Tokens): Promise<JsonMap> {
  const { resource, user, namespace } = request
  const asked = await cluster.decode(request.body)
  const spec = isMap(asked.spec) ? asked.spec : {}
  const answer = reviews[resource.kind]
  if (answer === undefined) throw badRequest(`${resource.kind} cannot be answered`)
  return {
    kind: resource.kind,
    apiVersion: `${resource.group}/${resource.version}`,
    metadata: { creationTimestamp: null, ...(isMap(asked.metadata) ? asked.metadata : {}) },
    spec,
    status: answer(cluster, user, spec, tokens, namespace),
  }
}

/** A token for a service account (TokenRequest). */
export async function tokenRequest(cluster: Cluster, request: ResourceRequest): Promise<JsonMap> {
  const { namespace, name, resource } = request
  const account = cluster.store.get(resource.storage, `${namespace}/${name}`)
  if (account === undefined) throw notFound(resource, name)
  const asked = await cluster.decode(request.body)
  const spec = isMap(asked.spec) ? asked.spec : {}
  const seconds = typeof spec.expirationSeconds === 'number' ? spec.expirationSeconds : 3_600
  const until = new Date(cluster.clock.now() + seconds * 1_000).toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: cluster.now() },
    spec: {
      audiences: ['https://kubernetes.default.svc'],
      expirationSeconds: seconds,
      boundObjectRef: null,
      ...spec,
    },
    status: { token: serviceAccountToken(namespace, name, uidOf(account)), expirationTimestamp: until },
  }
}

function accessOf({ policy }: Cluster, user: User, spec: JsonMap): JsonMap {
  const reason = policy.allows(user, attributesOf(spec))
  if (reason === undefined) return { allowed: false }
  return { allowed: true, ...(reason === '' ? {} : { reason }) }
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: JsonMap): Attributes {
  if (isMap(nonResourceAttributes)) {
    return { verb: textOf(nonResourceAttributes.verb), on: { path: textOf(nonResourceAttributes.path) } }
  }
  const on = isMap(resourceAttributes) ? resourceAttributes : {}
  return {
    verb: textOf(on.verb),
    on: {
      group: textOf(on.group),
      resource: textOf(on.resource),
      subresource: textOf(on.subresource),
      namespace: textOf(on.namespace),
      name: textOf(on.name),
    },
  }
}

function subjectOf({ user, groups }: JsonMap): User {
  return { name: textOf(user), groups: Array.isArray(groups) ? groups.map(String) : [] }
}

function rulesStatus(rules: readonly Rule[]): JsonMap {
  const filled = (key: string, values: readonly string[]): JsonMap =>
    values.length === 0 ? {} : { [key]: values }
  return {
    resourceRules: rules
      .filter(({ resources }) => resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        ...filled('apiGroups', apiGroups),
        resources,
        ...filled('resourceNames', resourceNames),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}

function infoOf({ name, uid, groups, extra }: User): JsonMap {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  }
}
