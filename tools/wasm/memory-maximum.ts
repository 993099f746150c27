/**
 * A WebAssembly module whose memory grows to at most `pages` of 64 KiB. Go writes no maximum, so that the module
 * could take all that there is. Throws when the bytes are no module with exactly one memory of its own.
 */
export function withMemoryMaximum(module: Uint8Array, pages: number): Uint8Array {
  if (Buffer.from(module.subarray(0, 8)).toString('hex') !== '0061736d01000000') {
    throw new Error('this is no WebAssembly module')
  }
  for (let at = 8; at < module.length; ) {
    const [id = 0] = module.subarray(at)
    const size = readNumber(module, at + 1)
    const end = size.next + size.value
    if (id !== 5) {
      at = end
      continue
    }
    const count = readNumber(module, size.next)
    const [limits = 0] = module.subarray(count.next)
    const least = readNumber(module, count.next + 1)
    if (count.value !== 1 || limits > 1) throw new Error('the module has not exactly one plain memory')
    const content = Buffer.concat([Buffer.from([1, 1]), number(least.value), number(pages)])
    const section = Buffer.concat([Buffer.from([5]), number(content.length), content])
    return Buffer.concat([module.subarray(0, at), section, module.subarray(end)])
  }
  throw new Error('the module has no memory')
}

/** LEB128, unsigned. */
function readNumber(bytes: Uint8Array, from: number): { value: number; next: number } {
  let value = 0
  for (let at = from, factor = 1; ; at += 1, factor *= 128) {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('the module is cut off')
    value += (byte & 127) * factor
    if (byte < 128) return { value, next: at + 1 }
  }
}

function number(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}
