import { groupVersionOf, type ServedResource } from '../discovery/index.ts'

/** Kinds that a server warns of whoever asks for them. Source: APILifecycleDeprecated in k8s.io/api. */
const deprecated: Readonly<Record<string, string>> = {
  'v1 Endpoints': 'deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  'v1 ComponentStatus': 'deprecated in v1.19+',
}

/** The warnings that go with every answer about a resource; a write brings its own. */
export function deprecationsOf(resource: ServedResource): readonly string[] {
  const kind = `${groupVersionOf(resource)} ${resource.kind}`
  const why = deprecated[kind]
  return why === undefined ? [] : [`${kind} is ${why}`]
}
