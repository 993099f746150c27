import { expect, test } from 'vitest'
import { withMemoryMaximum } from './memory-maximum.ts'

/** Magic, an empty type section, and a memory section that asks for 300 pages without a maximum. */
const module = Buffer.from('0061736d01000000' + '010100' + '05040100ac02' + '00020161', 'hex')

test('the memory of a module gets a maximum, and everything else stays as it is', () => {
  const limited = Buffer.from(withMemoryMaximum(module, 16_384))
  expect(limited.toString('hex')).toBe('0061736d01000000' + '010100' + '05070101ac02808001' + '00020161')
  expect(Buffer.from(withMemoryMaximum(limited, 500)).toString('hex')).toContain('05060101ac02f403')
})

test('what is no module, or has no memory, is refused', () => {
  expect(() => withMemoryMaximum(Buffer.from('not a module'), 1)).toThrow('no WebAssembly module')
  expect(() => withMemoryMaximum(module.subarray(0, 11), 1)).toThrow('no memory')
  expect(() => withMemoryMaximum(module.subarray(0, 12), 1)).toThrow('cut off')
})
