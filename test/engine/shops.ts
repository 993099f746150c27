import type { Json, JsonMap, KubeObject } from '../../src/core/object/index.ts'
import type { Rig } from './rig.ts'

/** A kind of a test's own, so that tests on one server do not disturb each other. */
export interface ShopKind {
  readonly group: string
  readonly crd: string
  object(name: string, spec: JsonMap, version?: string): KubeObject
  definition(change?: { readonly rules?: JsonMap; readonly versions?: readonly JsonMap[] }): KubeObject
}

const atomicRules: JsonMap = { 'x-kubernetes-list-type': 'atomic' }
export const keyedRules: JsonMap = {
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
}

/** A custom resource with a scale subresource, a status, and a list whose type the test chooses. */
export function shopKind(rig: Rig): ShopKind {
  const group = `${rig.namespace}.example.dev`
  const crd = `shops.${group}`
  return {
    group,
    crd,
    object: (name, spec, version = 'v1') => ({
      apiVersion: `${group}/${version}`,
      kind: 'Shop',
      metadata: { name },
      spec,
    }),
    definition: ({ rules = atomicRules, versions = [shopVersion('v1', rules)] } = {}) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: crd },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'shops', singular: 'shop', kind: 'Shop', listKind: 'ShopList' },
        versions: versions as Json[],
      },
    }),
  }
}

export function shopVersion(name: string, rules: JsonMap, change: JsonMap = {}): JsonMap {
  const item = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, value: { type: 'string' } },
  }
  const spec = {
    type: 'object',
    properties: { replicas: { type: 'integer' }, rules: { type: 'array', items: item, ...rules } },
  }
  const status = { type: 'object', properties: { replicas: { type: 'integer' } } }
  return {
    name,
    served: true,
    storage: true,
    subresources: {
      status: {},
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
    },
    schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
    ...change,
  }
}

/** Applies a definition as an administrator and waits until its objects are served. */
export async function define(rig: Rig, definition: KubeObject): Promise<void> {
  await rig.kubectlStdin('admin', definition, 'apply', '--server-side', '--force-conflicts')
  await rig.kubectl('admin', 'wait', '--for=condition=Established', `crd/${definition.metadata.name}`)
}
