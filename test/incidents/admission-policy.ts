import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'
import type { Rig } from '../engine/rig.ts'

/** A policy that refuses operations on ConfigMaps of the rig's namespace. */
export interface Policy {
  lift(): Promise<void>
}

/**
 * Has the cluster refuse what the CEL `expression` does not allow, with `message`; resolves once it does so. `probe` is
 * a kubectl command that it refuses, and that changes nothing.
 */
export async function refuse(
  r: Rig,
  operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[],
  expression: string,
  message: string,
  probe: readonly string[],
): Promise<Policy> {
  const name = `refuse-${operations.join('-').toLowerCase()}-${r.namespace}`
  const rule: JsonMap = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations,
    resources: ['configmaps'],
  }
  const selector = { matchLabels: { 'kubernetes.io/metadata.name': r.namespace } }
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const policy: KubeObject = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { namespaceSelector: selector, resourceRules: [rule] },
      validations: [{ expression, message }],
    },
  }
  const binding: KubeObject = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  }
  for (const object of [policy, binding]) {
    await r.server.mustKubectl('admin', ['create', '-f', '-'], JSON.stringify(object))
  }
  const refused = async (): Promise<boolean> => {
    const done = await r.server.kubectl('alice', [...probe, '-n', r.namespace, '--dry-run=server'])
    return done.stderr.includes(message)
  }
  await r.until('the policy is in force', refused)
  return {
    async lift() {
      await r.server.mustKubectl('admin', ['delete', 'validatingadmissionpolicybinding', name])
      await r.server.mustKubectl('admin', ['delete', 'validatingadmissionpolicy', name])
      await r.until('the policy is lifted', async () => !(await refused()))
    },
  }
}
