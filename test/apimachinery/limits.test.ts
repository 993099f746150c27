import { afterEach, expect, test } from 'vitest'
import {
  type Apimachinery,
  type ApimachineryOptions,
  openApimachinery,
} from '../../src/apimachinery/index.ts'

const open: Apimachinery[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

function opened(options: ApimachineryOptions = {}): Apimachinery {
  const made = openApimachinery({ threads: 1, ...options })
  if (made === undefined) throw new Error('dist/apimachinery.wasm is missing')
  open.push(made)
  return made
}

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

test('many objects have their verdicts in their order', async () => {
  const objects = Array.from({ length: 450 }, (_, index) => configMap(index % 7 === 0 ? 'A' : 'a'))
  const verdicts = await opened().validate(objects)
  expect(verdicts.map(({ problems }) => problems.length > 0)).toEqual(
    objects.map((_, index) => index % 7 === 0),
  )
})

test('an object that is too large, or no object, is refused alone', async () => {
  const huge = configMap('a', { a: 'x'.repeat(17 * 1024 * 1024) })
  const [first, large, text, list] = await opened().validate([configMap('a'), huge, '{', '[]'])
  expect(first).toEqual({ known: true, problems: [] })
  expect(large?.problems).toMatchObject([{ reason: 'Unfinished' }])
  expect(text?.problems).toMatchObject([{ reason: 'Undecodable' }])
  expect(list?.problems).toMatchObject([{ reason: 'Undecodable' }])
})

test('an object whose judgement takes too long is a problem of its own, and the others have theirs', async () => {
  const subjects = Array.from({ length: 60_000 }, (_, index) => ({ kind: 'User', name: `u${index}` }))
  const heavy = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'heavy' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a' },
    subjects,
  }
  const [first, slow, last] = await opened({ timeMs: 100 }).validate([configMap('A'), heavy, configMap('a')])
  expect(first?.problems).toMatchObject([{ path: 'metadata.name' }])
  expect(slow?.problems).toMatchObject([
    { reason: 'Unfinished', message: expect.stringContaining('time limit') },
  ])
  expect(last).toEqual({ known: true, problems: [] })
})

test('a kind that nobody defines is unknown, and one of a built-in group that is not there is wrong', async () => {
  const one = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: 'a' } })
  const [custom, gone, never] = await opened().validate([
    one('example.dev/v1', 'Widget'),
    one('extensions/v1beta1', 'Deployment'),
    one('apps/v1', 'Deploymnt'),
  ])
  expect(custom).toEqual({ known: false, problems: [] })
  expect(gone?.problems).toMatchObject([{ reason: 'NotServed', known: ['apps/v1'] }])
  expect(never?.problems).toMatchObject([{ reason: 'NotServed' }])
})

test('an older version serves what it did, and a version that is none is refused', async () => {
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'a' },
  }
  const machinery = opened()
  const [newest] = await machinery.validate([policy])
  const [older] = await machinery.validate([policy], { version: 'v1.33.2' })
  expect(newest?.problems.filter(({ reason }) => reason === 'NotServed')).toEqual([])
  expect(older?.problems).toMatchObject([{ reason: 'NotServed' }])
  await expect(machinery.validate([policy], { version: 'new' })).rejects.toThrow('no version of Kubernetes')
})

test('an installation without the module has no API machinery, and a closed one ends what is asked', async () => {
  const machinery = opened()
  await machinery.close()
  const [verdict] = await machinery.validate([configMap('a')])
  expect(verdict?.problems).toMatchObject([{ reason: 'Unfinished', message: 'the box was closed' }])
})
