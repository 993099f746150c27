import { expect, test } from 'vitest'
import { Failure } from '../core/failure.ts'
import { closure, type FolderReader } from './closure.ts'

/** A repository in memory; notes which folders are read. */
function repository(files: Readonly<Record<string, string>>): { read: FolderReader; asked: string[] } {
  const asked: string[] = []
  const read: FolderReader = async (folder) => {
    asked.push(folder)
    const below = Object.entries(files).filter(([path]) => folder === '' || path.startsWith(`${folder}/`))
    return below.length === 0 ? undefined : new Map(below.map(([path, text]) => [path, Buffer.from(text)]))
  }
  return { read, asked }
}

test('a kustomization is read with all bases and components that it refers to, each once', async () => {
  const { read, asked } = repository({
    'apps/web/prod/kustomization.yaml':
      'resources: [../base, own.yaml, sub]\ncomponents: ["../../../shared/tls"]\n',
    'apps/web/prod/own.yaml': '',
    'apps/web/prod/sub/kustomization.yaml': 'resources: [../../base]\n',
    'apps/web/base/Kustomization': 'bases: [../../db]\n',
    'apps/db/kustomization.yml': 'resources: [a.yaml, ../web/base]\n',
    'shared/tls/kustomization.yaml': 'kind: Component\n',
    'shared/other/secret.yaml': '',
  })
  const { files, problems, remotes } = await closure('apps/web/prod', read)
  expect([...files.keys()].toSorted()).toEqual([
    'apps/db/kustomization.yml',
    'apps/web/base/Kustomization',
    'apps/web/prod/kustomization.yaml',
    'apps/web/prod/own.yaml',
    'apps/web/prod/sub/kustomization.yaml',
    'shared/tls/kustomization.yaml',
  ])
  expect(asked).toEqual(['apps/web/prod', 'apps/web/base', 'shared/tls', 'apps/db'])
  expect([problems, remotes]).toEqual([[], []])
})

test('row 1: a reference that leads outside the repository is a problem with its line, and nothing is read for it', async () => {
  const { read, asked } = repository({
    'web/kustomization.yaml': 'resources:\n- a.yaml\n- ../../../etc/passwd\n- /etc/passwd\n',
  })
  const { problems } = await closure('web', read)
  expect(problems.map(({ file, line, message }) => [file, line, message])).toEqual([
    ['web/kustomization.yaml', 3, '../../../etc/passwd leads outside the repository'],
    ['web/kustomization.yaml', 4, '/etc/passwd leads outside the repository'],
  ])
  expect(asked).toEqual(['web'])
})

test('remote references are listed with their lines, and whether they are pinned', async () => {
  const { read } = repository({
    'kustomization.yaml':
      'resources:\n- https://git.example.com/a/b//c?ref=v1\n- github.com/a/b\ncomponents: ["git@git.example.com:a/b.git"]\n',
  })
  const { remotes } = await closure('.', read)
  expect(remotes.map(({ reference, line, pinned }) => [reference, line, pinned])).toEqual([
    ['https://git.example.com/a/b//c?ref=v1', 2, true],
    ['github.com/a/b', 3, false],
    ['git@git.example.com:a/b.git', 4, false],
  ])
})

test('row 5: bases that refer to each other end, and so does a broken kustomization', async () => {
  const { read, asked } = repository({
    'a/kustomization.yaml': 'resources: [../b]\n',
    'b/kustomization.yaml': 'resources: [../a, ../b, "."]\n',
  })
  expect([...(await closure('a', read)).files.keys()]).toHaveLength(2)
  expect(asked).toEqual(['a', 'b'])
  const broken = repository({ 'a/kustomization.yaml': 'resources: [' })
  expect((await closure('a', broken.read)).problems).toEqual([])
})

test('row 3: what the reader refuses, such as a link, is not swallowed', async () => {
  const refusing: FolderReader = async (folder) => {
    throw new Failure('unsafe-tree', `${folder} holds a link`)
  }
  await expect(closure('a', refusing)).rejects.toThrow('a holds a link')
})
