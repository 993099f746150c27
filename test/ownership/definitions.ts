import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'

/** The schema of `spec` of the kind Shop: every list and map type, with defaults. */
export const SHOP_SPEC: JsonMap = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    size: { 'x-kubernetes-int-or-string': true },
    note: { type: 'string', nullable: true },
    args: { type: 'array', items: { type: 'string' } },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: {
        type: 'object',
        required: ['port'],
        properties: {
          port: { type: 'integer' },
          protocol: { type: 'string', default: 'TCP' },
          name: { type: 'string' },
          options: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    },
    selector: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' },
    limits: { type: 'object', additionalProperties: { 'x-kubernetes-int-or-string': true } },
    extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
}

/** The definition of Shop; `spec` replaces parts of its schema. */
export function shopDefinition(spec: JsonMap = SHOP_SPEC): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'shops.ownership.example.dev' },
    spec: {
      group: 'ownership.example.dev',
      scope: 'Namespaced',
      names: { plural: 'shops', singular: 'shop', kind: 'Shop', listKind: 'ShopList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec, status: { type: 'object', properties: { replicas: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  }
}
