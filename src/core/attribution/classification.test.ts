import { describe, expect, test } from 'vitest'
import { type ClassificationRule, classify } from './classification.ts'

function kindOf(manager: string): string {
  return classify({ manager, operation: 'Update' }).kind
}

describe('the shipped classification', () => {
  test.each([
    ['evenkeel', 'own'],
    ['kubectl-edit', 'human'],
    ['kubectl', 'human'],
    ['Mozilla', 'human'],
    ['helm', 'pipeline'],
    ['terraform-provider-kubernetes', 'pipeline'],
    ['pulumi-kubernetes-3f2a', 'pipeline'],
    ['kustomize-controller', 'gitops'],
    ['fleetagent', 'gitops'],
    ['kube-controller-manager', 'controller'],
    ['prometheus-operator', 'controller'],
    ['foo-controller', 'controller'],
    ['vpa-updater', 'controller'],
    ['deploy@host', 'controller'],
    ['Go-http-client', 'unknown'],
    ['before-first-apply', 'unknown'],
    ['ancient-changes', 'unknown'],
    ['something-else', 'unknown'],
    ['kubectl-editor', 'unknown'],
    ['', 'unknown'],
  ])('takes %s as %s', (manager, kind) => {
    expect(kindOf(manager)).toBe(kind)
  })

  test('is sure of kubectl-edit, less so of kubectl, and not of what it does not know', () => {
    const confidence = (manager: string): string => classify({ manager }).confidence
    expect(['kubectl-edit', 'kubectl', 'something-else'].map(confidence)).toEqual(['high', 'medium', 'low'])
  })

  test('sees an autoscaler in a controller that writes through scale', () => {
    expect(
      classify({ manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale' }).autoscaler,
    ).toBe(true)
    expect(classify({ manager: 'kube-controller-manager', operation: 'Update' }).autoscaler).toBe(false)
    expect(classify({ manager: 'kubectl', operation: 'Update', subresource: 'scale' }).autoscaler).toBe(false)
  })
})

describe("a cluster's own classification", () => {
  const overrides: ClassificationRule[] = [
    { manager: 'kubectl', operation: 'Apply', kind: 'pipeline' },
    { manager: 'our-*-bot', kind: 'pipeline' },
    { manager: 'x', subresource: '', kind: 'human', confidence: 'medium' },
  ]

  test('comes first, and matches manager, operation and subresource', () => {
    expect(classify({ manager: 'kubectl', operation: 'Apply' }, overrides)).toMatchObject({
      kind: 'pipeline',
      confidence: 'high',
    })
    expect(classify({ manager: 'kubectl', operation: 'Update' }, overrides).kind).toBe('human')
    expect(classify({ manager: 'our-deploy-bot' }, overrides).kind).toBe('pipeline')
    expect(classify({ manager: 'our-bot' }, overrides).kind).toBe('unknown')
    expect(classify({ manager: 'x' }, overrides)).toMatchObject({ kind: 'human', confidence: 'medium' })
    expect(classify({ manager: 'x', subresource: 'scale' }, overrides).kind).toBe('unknown')
  })
})
