/**
 * The steps of a field as Kubernetes writes it: `spec.ports[0].name` is spec, ports, 0, name, and
 * `metadata.annotations[example.dev/a]` is metadata, annotations, example.dev/a.
 */
export function stepsOfPath(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, index, name = '']) => {
    if (index === undefined) return name
    return /^\d+$/.test(index) ? Number(index) : index
  })
}
