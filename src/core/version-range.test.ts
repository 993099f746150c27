import { describe, expect, test } from 'vitest'
import { highestInRange, isVersionRange } from './version-range.ts'

describe('version ranges', () => {
  const tags = [
    'v1.0.0',
    'v1.2.0',
    'v1.2.9',
    'v1.10.1',
    '2.0.0',
    'v2.1.0-rc.1',
    'v2.1.0-rc.2',
    'v0.3.1',
    'v0.3.9',
    'nightly',
    'v1',
  ]

  test('the highest version in the range is chosen, by number and not by text', () => {
    const expected: readonly (readonly [string, string | undefined])[] = [
      ['^1.2', 'v1.10.1'],
      ['~1.2.0', 'v1.2.9'],
      ['1.x', 'v1.10.1'],
      ['1.2.*', 'v1.2.9'],
      ['>=1.2 <1.3', 'v1.2.9'],
      ['>= 1.2.0 < 2', 'v1.10.1'],
      ['^0.3.1', 'v0.3.9'],
      ['*', '2.0.0'],
      ['>1', '2.0.0'],
      ['<=1.2', 'v1.2.9'],
      ['^3 || ~1.0.0', 'v1.0.0'],
      ['^3', undefined],
    ]
    for (const [range, tag] of expected) expect([range, highestInRange(range, tags)]).toEqual([range, tag])
  })

  test('a pre-release is chosen only by a range that names one of its version', () => {
    expect(highestInRange('>=2.0.0', tags)).toBe('2.0.0')
    expect(highestInRange('>=2.1.0-rc.1', tags)).toBe('v2.1.0-rc.2')
    expect(highestInRange('^2.1.0-rc.1', [...tags, 'v2.1.0'])).toBe('v2.1.0')
    expect(highestInRange('<2.1.0', ['v2.1.0-rc.2', 'v1.0.0'])).toBe('v1.0.0')
  })

  test('names of branches and exact tags are no ranges', () => {
    for (const name of ['main', 'v1.2.3', '1.2', 'release/1.x-maintenance', 'x', 'max', '^', '>=main']) {
      expect([name, isVersionRange(name)]).toEqual([name, name === 'x'])
    }
  })

  test('commas, hyphens and exclusions are read as Helm reads them', () => {
    expect(highestInRange('>=1.2, <1.3', tags)).toBe('v1.2.9')
    expect(highestInRange('1.0 - 1.2.3', tags)).toBe('v1.2.0')
    expect(highestInRange('1.0 - 1.2', tags)).toBe('v1.2.9')
    expect(highestInRange('^1.2, !=1.10.1', tags)).toBe('v1.2.9')
    expect(highestInRange('', tags)).toBe('2.0.0')
  })

  test('as Helm has it, a range that names a pre-release takes those of every version in it', () => {
    const helm = { prereleases: 'of-the-range' } as const
    expect(highestInRange('>=1.0.0-0', tags, helm)).toBe('v2.1.0-rc.2')
    expect(highestInRange('*-0', tags, helm)).toBe('v2.1.0-rc.2')
    expect(highestInRange('^2.0.0-0', tags, helm)).toBe('v2.1.0-rc.2')
    expect(highestInRange('^1.0.0-0', [...tags, '2.0.0-rc.1'], helm)).toBe('v1.10.1')
    expect(highestInRange('>=1.0.0-0 <9', tags, helm)).toBe('2.0.0')
    expect(highestInRange('*', tags, helm)).toBe('2.0.0')
  })
})
