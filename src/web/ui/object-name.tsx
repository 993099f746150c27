interface ObjectNameProps {
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string }
}

/** An object as people name it: `shop / Deployment api`. */
export function ObjectName({ object }: ObjectNameProps) {
  return (
    <bdi>
      {object.namespace === '' ? '' : `${object.namespace} / `}
      {object.kind} {object.name}
    </bdi>
  )
}

/** The short form for sentences: `shop/api`. */
export function objectShort({ kind, namespace, name }: ObjectNameProps['object']): string {
  return namespace === '' ? `${kind} ${name}` : `${namespace}/${name}`
}
