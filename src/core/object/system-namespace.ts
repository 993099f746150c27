/** Whether a namespace is one that Kubernetes or OpenShift brings along, and nobody declares. */
export function isSystemNamespace(name: string): boolean {
  return /^(default|openshift|(kube|openshift)-.*)$/.test(name)
}
