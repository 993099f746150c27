import { afterEach, beforeEach, expect, test } from 'vitest'
import { reasonOf } from '../../src/core/failure.ts'
import { readPathAt, readPathsAt } from '../../src/hub/fleet/index.ts'
import { failureOf, Rig } from './opened.ts'

let rig: Rig

beforeEach(() => {
  rig = new Rig()
})

afterEach(() => rig.close())

const sources = ['apps/web', 'apps/shop', 'apps/shop/extra', 'apps/one.yaml', 'apps/notes', 'apps/gone']

const files = {
  'apps/web/a.yaml': 'a: 1\n',
  'apps/web/deep/b.yaml': 'b: 1\n',
  'apps/web/README.md': 'web\n',
  'apps/shop/c.yaml': 'c: 1\n',
  'apps/shop/extra/d.yaml': 'd: 1\n',
  'apps/one.yaml': 'one: 1\n',
  'apps/notes/README.md': 'nothing to deliver\n',
  'apps/other/e.yaml': 'e: 1\n',
}

/** What reading each source gives: its files, or its failure. */
async function outcomes(read: ReturnType<typeof readPathAt>): Promise<unknown[]> {
  const all: unknown[] = []
  for (const path of sources) {
    const source = { repository: undefined, revision: undefined, path }
    const texts = read(source).then((found) =>
      [...found].map(([file, bytes]) => [file, Buffer.from(bytes).toString()]),
    )
    all.push(await texts.catch(reasonOf))
  }
  return all
}

test('sources that are read together give what each gives alone, and say what is wrong as each says it alone', async () => {
  rig.origin.link('apps/other/link', '../web')
  const fine = rig.origin.commit(files)
  rig.origin.link('apps/web/link', '../shop')
  const unsafe = rig.origin.commit()
  const repository = await rig.fetched()
  for (const commit of [fine, unsafe]) {
    const alone = await outcomes(readPathAt(repository, commit))
    expect(await outcomes(readPathsAt(repository, commit, sources))).toEqual(alone)
  }
  const [web, , , , notes, gone] = await outcomes(readPathsAt(repository, fine, sources))
  expect(web).toEqual([
    ['apps/web/README.md', 'web\n'],
    ['apps/web/a.yaml', 'a: 1\n'],
    ['apps/web/deep/b.yaml', 'b: 1\n'],
  ])
  expect(notes).toEqual([['apps/notes/README.md', 'nothing to deliver\n']])
  expect(gone).toMatch(/there is no apps\/gone/)
})

test('a source of another repository is not read from this one, together or alone', async () => {
  const commit = rig.origin.commit(files)
  const read = readPathsAt(await rig.fetched(), commit, sources)
  const other = { repository: 'other', revision: undefined, path: 'apps/web' }
  expect(await failureOf(read(other))).toMatchObject({ code: 'other-repository' })
})
