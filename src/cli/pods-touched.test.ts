import { expect, test } from 'vitest'
import { podsTouched } from './pods-touched.ts'

const field = (path: string, from = '1', to = '2') => ({ path, from, to })

test('a heal says what it does to Pods, where its fields tell', () => {
  const deployment = { kind: 'Deployment' }
  expect(podsTouched(deployment, [field('spec.replicas', '5', '3')])).toBe('pods removed: 2')
  expect(podsTouched(deployment, [field('spec.replicas', '1', '4')])).toBe('pods added: 3')
  expect(podsTouched(deployment, [field('spec.replicas', '-', '3')])).toBe('pods removed: ?')
  expect(podsTouched({ kind: 'DaemonSet' }, [field('spec.template.spec.nodeName')])).toBe(
    'pods restarted: all',
  )
  expect(podsTouched({ kind: 'DaemonSet' }, [field('spec.replicas')])).toBeUndefined()
  expect(podsTouched({ kind: 'ConfigMap' }, [field('data.a')])).toBeUndefined()
  expect(podsTouched(deployment, [field('metadata.labels.a')])).toBeUndefined()
})
