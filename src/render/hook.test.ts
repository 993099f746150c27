import { expect, test } from 'vitest'
import type { Json } from '../core/object/index.ts'
import { orderOf } from './hook.ts'

function order(annotations: Readonly<Record<string, Json>>) {
  return orderOf({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x', annotations } })
}

test('an object without annotations is an ordinary one', () => {
  expect(order({})).toEqual({ warnings: [] })
  expect(orderOf({ apiVersion: 'v1', kind: 'Pod' })).toEqual({ warnings: [] })
  expect(orderOf({ metadata: { annotations: ['helm.sh/hook'] } })).toEqual({ warnings: [] })
})

test('hooks of Helm: time, weight, delete policy', () => {
  expect(order({ 'helm.sh/hook': 'pre-install, pre-upgrade', 'helm.sh/hook-weight': '-3' })).toEqual({
    hook: { when: 'before', weight: -3, deletePolicy: ['before-creation'] },
    warnings: [],
  })
  expect(order({ 'helm.sh/hook': 'post-upgrade', 'helm.sh/hook-delete-policy': 'hook-succeeded' })).toEqual({
    hook: { when: 'after', weight: 0, deletePolicy: ['succeeded'] },
    warnings: [],
  })
  expect(order({ 'helm.sh/hook': 'post-install,pre-upgrade' })).toMatchObject({
    hook: { when: 'after' },
    warnings: [expect.stringContaining('after the other objects only')],
  })
  expect(order({ 'helm.sh/hook': 'pre-install', 'helm.sh/hook-weight': 'heavy' })).toMatchObject({
    hook: { weight: 0 },
    warnings: [expect.stringContaining('helm.sh/hook-weight')],
  })
})

test('tests and events that do not happen here are left out by name', () => {
  expect(order({ 'helm.sh/hook': 'test' })).toEqual({ leftOut: 'test hook' })
  expect(order({ 'helm.sh/hook': 'test-success' })).toEqual({ leftOut: 'test hook' })
  expect(order({ 'helm.sh/hook': 'pre-delete,post-rollback' })).toMatchObject({
    leftOut: 'hook pre-delete,post-rollback',
    warning: expect.stringContaining('does not happen here'),
  })
  expect(order({ 'argocd.argoproj.io/hook': 'SyncFail' })).toMatchObject({ leftOut: 'hook SyncFail' })
  expect(order({ 'argocd.argoproj.io/hook': 'Skip' })).toEqual({ leftOut: 'hook Skip' })
})

test("Argo CD's hooks and waves are honoured in the same way, and win over Helm's", () => {
  expect(order({ 'argocd.argoproj.io/sync-wave': '-2' })).toEqual({ wave: -2, warnings: [] })
  expect(
    order({
      'argocd.argoproj.io/hook': 'PreSync',
      'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded,BeforeHookCreation',
      'argocd.argoproj.io/sync-wave': '4',
      'helm.sh/hook': 'post-install',
    }),
  ).toEqual({
    hook: { when: 'before', weight: 4, deletePolicy: ['succeeded', 'before-creation'] },
    warnings: [],
  })
  expect(order({ 'argocd.argoproj.io/hook': 'Sync', 'argocd.argoproj.io/sync-wave': '1' })).toEqual({
    wave: 1,
    warnings: [],
  })
})
