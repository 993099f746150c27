import { describe, expect, test } from 'vitest'
import { isIgnored } from '../../core/ledger/index.ts'
import { acceptRule, addRule } from './index.ts'

const rule = 'Deployment/shop/web: spec.replicas'
const remark = 'accepted by alice: the autoscaler owns it'

function bundle(spec: string): string {
  return `apiVersion: evenkeel.dev/v1alpha1\nkind: Bundle\nmetadata: { name: shop }\nspec:\n${spec}`
}

/** The lines that an edit adds; throws when it does anything else. */
function addedTo(text: string): string[] {
  const edited = addRule(text, 'shop', rule, remark)
  if ('refused' in edited) throw new Error(edited.refused)
  const before = text.trimEnd().split('\n')
  const after = edited.text.trimEnd().split('\n')
  const added = after.filter((line) => !before.includes(line))
  expect(after.filter((line) => !added.includes(line))).toEqual(before)
  return added
}

describe('a rule is added', () => {
  test.each([
    [
      'to a list of rules',
      '  drift:\n    ignore:\n      - "a/b: c" # why\n\n  prune: auto\n',
      ['      # R', '      - "Q"'],
    ],
    [
      'to a list as far out as its key',
      '  drift:\n    ignore:\n    - a\n  # the end\n',
      ['    # R', '    - "Q"'],
    ],
    [
      'to drift without rules',
      '  drift:\n    additions: report\n  prune: auto\n',
      ['    ignore:', '      # R', '      - "Q"'],
    ],
    [
      'to a bundle without any',
      '  source: { path: a }\n  # last words\n',
      ['  drift:', '    ignore:', '      # R', '      - "Q"'],
    ],
    [
      'to a file without a last line break',
      '  source: { path: a }',
      ['  drift:', '    ignore:', '      # R', '      - "Q"'],
    ],
  ])('%s, and nothing else of the file changes', (_, spec, wanted) => {
    expect(addedTo(bundle(spec))).toEqual(wanted.map((line) => line.replace('R', remark).replace('Q', rule)))
  })

  test.each([
    [
      '  drift: { ignore: ["a/b"], additions: report }\n',
      `  drift: { ignore: ["a/b", "${rule}"], additions: report }\n`,
    ],
    ['  drift: { ignore: [] }\n', `  drift: { ignore: ["${rule}"] }\n`],
    ['  drift: { additions: report }\n', `  drift: { additions: report, "ignore": ["${rule}"] }\n`],
    ['  drift: {}\n', `  drift: { "ignore": ["${rule}"]}\n`],
    [
      '  drift: { ignore: [\n      a, # one ]\n      b,\n    ] }\n',
      `  drift: { ignore: [\n      a, # one ]\n      b, "${rule}"\n    ] }\n`,
    ],
  ])('inside brackets: %j', (spec, wanted) => {
    expect(addRule(bundle(spec), 'shop', rule, remark)).toEqual({ text: bundle(wanted) })
  })

  test('to JSON, and to the right one of several documents', () => {
    const json =
      '{"apiVersion":"evenkeel.dev/v1alpha1","kind":"Bundle","metadata":{"name":"shop"},"spec":{"source":{"path":"a"}}}\n'
    expect(addRule(json, 'shop', rule, remark)).toEqual({
      text: json.replace('"a"}}', `"a"}, "drift": { "ignore": ["${rule}"] }}`),
    })
    const other = bundle('  source: { path: b }\n').replace('shop', 'other')
    const edited = addRule(
      `---\n${other}---\n# nothing\n---\n${bundle('  source: { path: a }\n')}`,
      'shop',
      rule,
      remark,
    )
    expect(edited).toMatchObject({ text: expect.stringContaining(`---\n${other}---\n# nothing\n---\n`) })
  })

  test('with the line breaks that the file has', () => {
    const text = bundle('  source: { path: a }\n').replaceAll('\n', '\r\n')
    const edited = addRule(text, 'shop', rule, remark)
    expect(edited).toEqual({
      text: `${text}  drift:\r\n    ignore:\r\n      # ${remark}\r\n      - "${rule}"\r\n`,
    })
  })

  test('once', () => {
    const text = bundle(`  drift:\n    ignore: [ '${rule}' ]\n`)
    expect(addRule(text, 'shop', rule, remark)).toEqual({ text })
  })
})

test('a file that would not say exactly that is refused', () => {
  const refused = [
    bundle('  drift: &d\n    ignore: &i [a]\n  vars: { x: "1" }\n').replace('kind: Bundle', 'kind: Cluster'),
    bundle('  drift: null\n'),
    bundle('  drift:\n    ignore: &rules\n      - a\n  layers: *rules\n'),
    bundle('  drift: {').concat('\n'),
  ]
  for (const text of refused) expect(addRule(text, 'shop', rule, remark), text).toHaveProperty('refused')
  expect(addRule(bundle('  source: { path: a }\n'), 'other', rule, remark)).toHaveProperty('refused')
})

test('the rule for a difference hides it and nothing beside it', () => {
  const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }
  const own = acceptRule(ref, 'spec.replicas')
  expect(own).toBe(rule)
  expect(isIgnored([own], ref, 'spec.replicas')).toBe(true)
  expect(isIgnored([own], ref, 'spec.paused')).toBe(false)
  expect(isIgnored([own], { ...ref, namespace: 'pay' }, 'spec.replicas')).toBe(false)
  const whole = acceptRule({ kind: 'ClusterRole', namespace: '', name: 'edit' }, '')
  expect(whole).toBe('ClusterRole/edit')
  expect(
    isIgnored(
      [whole],
      { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: '', name: 'edit' },
      'rules',
    ),
  ).toBe(true)
})
