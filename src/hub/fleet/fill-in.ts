import type { Cluster } from '../../core/kinds/index.ts'

/** A text with its names filled in, or the name that is not known for the cluster. */
export type FilledIn = { readonly text: string } | { readonly message: string; readonly hint: string }

/**
 * Fills `{environment}`, `{cluster}` and `{cluster.labels.NAME}` into a layer, a values file or a var (model.md). A label
 * that the cluster lacks is an error, because nobody can say what it would be.
 */
export function fillIn(what: string, text: string, cluster: Cluster): FilledIn {
  let unknown: string | undefined
  const filled = text.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = valueOf(name, cluster)
    if (value === undefined) unknown ??= name
    return value ?? ''
  })
  if (unknown === undefined) return { text: filled }
  return {
    message: `${what} ${text}: {${unknown}} is not known for cluster ${cluster.metadata.name}`,
    hint: 'known are {environment}, {cluster} and {cluster.labels.NAME} of labels that the cluster has',
  }
}

function valueOf(name: string, cluster: Cluster): string | undefined {
  if (name === 'environment') return cluster.spec.environment
  if (name === 'cluster') return cluster.metadata.name
  const label = name.startsWith('cluster.labels.') ? name.slice('cluster.labels.'.length) : undefined
  const labels = cluster.spec.labels
  return label !== undefined && labels !== undefined && Object.hasOwn(labels, label)
    ? labels[label]
    : undefined
}
