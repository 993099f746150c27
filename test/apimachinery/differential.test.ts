import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Apimachinery, type FieldProblem, openApimachinery } from '../../src/apimachinery/index.ts'
import { attachApiServer } from '../../tools/kubernetes/index.ts'
import { until } from '../ownership/shop-cluster.ts'
import { type Case, cases, widgetDefinition } from './cases.ts'
import { differences } from './differences.ts'
import { type Answer, TryingServer } from './server.ts'

/** Refused before fields are looked at: the server answers 400 with one text, and looks no further. */
const beforeFields: ReadonlySet<string> = new Set(['Undecodable', 'UnknownField', 'DuplicateField'])

let apimachinery: Apimachinery
let server: TryingServer

beforeAll(async () => {
  const opened = openApimachinery({ threads: 1 })
  if (opened === undefined) throw new Error('dist/apimachinery.wasm is missing')
  apimachinery = opened
  const address = inject('clusters').find(({ version }) => version === '1.36')
  if (address === undefined) throw new Error('there is no cluster of 1.36')
  const attached = await attachApiServer(address)
  await attached.mustKubectl('admin', ['apply', '-f', '-'], JSON.stringify(widgetDefinition))
  const name = widgetDefinition.metadata.name
  await attached.mustKubectl('admin', ['wait', '--for=condition=Established', `crd/${name}`])
  server = new TryingServer(attached)
  await until(async () => (await server.create(widgets.path, textOf(widgets))).status === 201)
})

afterAll(async () => {
  await Promise.all([apimachinery.close(), server.close()])
})

const widgets = caseOf('a valid custom resource')

test.for(cases)('$title: refused as a server refuses to create it', async (one) => {
  await compare(one, 'create', await server.create(one.path, textOf(one)))
})

test.for(cases)('$title: refused as a server refuses to apply it', async (one) => {
  const { metadata } = JSON.parse(textOf(one)) as { metadata: { name: string } }
  await compare(one, 'apply', await server.apply(one.path, metadata.name, textOf(one)))
})

test('a known difference belongs to a case', () => {
  const titles = new Set(cases.map(({ title }) => title))
  expect(differences.filter(({ title }) => !titles.has(title))).toEqual([])
})

async function compare(one: Case, by: 'create' | 'apply', answer: Answer): Promise<void> {
  const [verdict] = await apimachinery.validate([textOf(one)], { definitions: [widgetDefinition] })
  expect(verdict?.known).toBe(true)
  const found = judgement(verdict?.problems ?? [])
  const wanted = judgementOf(answer)
  expect(found.length > 0).toBe(wanted.length > 0)
  const difference = differences.find(({ title, by: where }) => title === one.title && where === by)
  if (difference === undefined) expect(found).toEqual(wanted)
  else expect(found, difference.reason).not.toEqual(wanted)
}

/** What a person learns: the causes, or the one text. */
function judgement(problems: readonly FieldProblem[]): readonly string[] {
  const early = problems.filter(({ reason }) => beforeFields.has(reason))
  const causes = early.length > 0 ? early.map(({ message }) => message) : problems.map(lineOf)
  return causes.toSorted()
}

function judgementOf({ status, message, causes }: Answer): readonly string[] {
  if (status < 300) return []
  if (causes.length > 0)
    return causes.map(({ field, ...rest }) => lineOf({ path: field, ...rest })).toSorted()
  const strict = /strict decoding error: (.*)$/s.exec(message)?.[1]
  return strict === undefined ? [message] : strict.split(/, (?=unknown|duplicate)/).toSorted()
}

function lineOf({ path, reason, message }: FieldProblem): string {
  return `${reason} ${path}: ${message}`
}

function caseOf(title: string): Case {
  const found = cases.find((one) => one.title === title)
  if (found === undefined) throw new Error(`there is no case ${title}`)
  return found
}

function textOf({ manifest }: Case): string {
  return typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
}
