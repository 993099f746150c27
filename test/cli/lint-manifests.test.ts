import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

const stage = setStage()

const kind = (name: string, metadata: string, spec: string) =>
  `apiVersion: evenkeel.dev/v1alpha1\nkind: ${name}\nmetadata: { name: ${metadata} }\nspec: ${spec}\n`
const bundle = (name: string) =>
  kind('Bundle', name, `{ source: { path: apps/${name} }, placement: { where: "true" } }`)
const cluster = (name: string) =>
  kind('Cluster', name, '{ environment: prod, connect: { kubeconfig: { secret: default } } }')

/** Writes a fleet of two clusters with these sources, one bundle each, and gives what lint says. */
async function lint(sources: Record<string, string>): Promise<readonly string[]> {
  const bundles = new Set(Object.keys(sources).map((file) => file.split('/')[0] ?? ''))
  const files: Record<string, string> = {
    'fleet/evenkeel.yaml': kind('Fleet', 'example', '{}'),
    'fleet/environments/prod.yaml': kind('Environment', 'prod', '{ tier: protected }'),
    'fleet/clusters/one.yaml': cluster('one'),
    'fleet/clusters/two.yaml': cluster('two'),
  }
  for (const name of bundles) files[`fleet/bundles/${name}.yaml`] = bundle(name)
  for (const [name, text] of Object.entries(sources)) files[`apps/${name}`] = text
  for (const [name, text] of Object.entries(files)) {
    const file = join(stage().home.folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const { code, stdout } = await stage().ek('lint')
  const lines = stdout.split('\n').filter((line) => line !== '')
  expect(code).toBe(lines.length === 0 ? 0 : 1)
  return lines
}

const deployment = `# A comment before the object.
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicaz: 2
  replicas: -1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          ports:
            - containerPort: 99999
`

test('what an API server would refuse stands at the line of its field, once for all clusters, with a hint', async () => {
  expect(await lint({ 'shop/web.yaml': deployment })).toEqual([
    'error: apps/shop/web.yaml:6:3: Deployment shop/web: unknown field "spec.replicaz" (did you mean spec.replicas?)',
    'error: apps/shop/web.yaml:7:3: Deployment shop/web: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    'error: apps/shop/web.yaml:13:11: Deployment shop/web: spec.template.spec.containers[0].image: Required value',
    'error: apps/shop/web.yaml:15:15: Deployment shop/web: spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive',
  ])
})

test('what a chart makes is held against the rules as well, at the template', async () => {
  const found = await lint({
    'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
    'chart/templates/service.yaml':
      'apiVersion: v1\nkind: Service\nmetadata: { name: {{ .Release.Name }} }\nspec: { type: Public, ports: [{ port: 80 }] }\n',
  })
  expect(found).toEqual([
    'error: apps/chart/templates/service.yaml:1: Service chart: spec.type: Unsupported value: "Public": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ])
})

test('custom resources are held against the definitions of any bundle of the fleet, and unknown kinds are left alone', async () => {
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.dev }
spec:
  group: example.dev
  scope: Namespaced
  names: { kind: Widget, plural: widgets }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, properties: { size: { type: integer, minimum: 1 } } }
`
  const widget = (version: string, spec: string) =>
    `apiVersion: example.dev/${version}\nkind: Widget\nmetadata: { name: a, namespace: shop }\nspec: ${spec}\n`
  expect(
    await lint({
      'definitions/widgets.yaml': definition,
      'shop/a.yaml': widget('v1', '{ size: 0, sise: 1 }'),
      'other/unknown.yaml': 'apiVersion: elsewhere.example.dev/v1\nkind: Gadget\nmetadata: { name: a }\n',
    }),
  ).toEqual([
    'error: apps/shop/a.yaml:4:9: Widget shop/a: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    'error: apps/shop/a.yaml:4:18: Widget shop/a: unknown field "spec.sise" (did you mean spec.size?)',
  ])
})

test('an API version that is no longer served is named, with the one that is', async () => {
  expect(
    await lint({
      'shop/budget.yaml':
        'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: web, namespace: shop }\n',
    }),
  ).toEqual([
    'error: apps/shop/budget.yaml:1: PodDisruptionBudget shop/web: no matches for kind "PodDisruptionBudget" in version "policy/v1beta1" (write apiVersion: policy/v1)',
  ])
})
