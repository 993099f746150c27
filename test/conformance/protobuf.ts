/**
 * Writes what Kubernetes' clients send as `application/vnd.kubernetes.protobuf`: `k8s\0`, then a message Unknown with the
 * type (1) and the object's own bytes (2). Fields are numbered as in k8s.io/api's generated.proto files.
 */
export type Field = readonly [number: number, value: string | number | Uint8Array | readonly Field[]]

export function protobufBody(apiVersion: string, kind: string, object: readonly Field[]): Uint8Array {
  const unknown = message([
    [
      1,
      [
        [1, apiVersion],
        [2, kind],
      ],
    ],
    [2, message(object)],
  ])
  return Buffer.concat([Buffer.from('k8s\0'), unknown])
}

function message(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)])
      const bytes =
        typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? value : message(value)
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
    }),
  )
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  do {
    bytes.push((left & 127) | (left > 127 ? 128 : 0))
    left >>>= 7
  } while (left > 0)
  return Buffer.from(bytes)
}
