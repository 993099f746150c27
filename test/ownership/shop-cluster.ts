import type { KubeObject } from '../../src/core/object/index.ts'
import { healthOf } from '../../src/core/health/index.ts'
import type { Rest } from './rest.ts'

/** Applies a CustomResourceDefinition and waits until its objects and its schema are served. */
export async function established(rest: Rest, definition: KubeObject): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`
  const applied = await rest.apply(path, definition, { manager: 'definitions', force: true })
  if (applied.status >= 300) throw new Error(JSON.stringify(applied.body))
  await until(async () => healthOf((await rest.get(path)).body).status === 'Current')
  await until(async () => {
    const paths = (await rest.get('/openapi/v3')).body['paths']
    return typeof paths === 'object' && paths !== null && 'apis/ownership.example.dev/v1' in paths
  })
}

/** Waits until `condition` holds; fails after a minute. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited a minute for: ${condition.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
