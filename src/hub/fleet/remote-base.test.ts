import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkUrl } from '../../git/index.ts'
import { readRemoteBase } from './remote-base.ts'

test('a reference is read by the rules of Kustomize', () => {
  const cases: readonly (readonly [string, string, string, string | undefined])[] = [
    [
      'https://github.com/org/repo//deploy/base?ref=v1.2.0',
      'https://github.com/org/repo',
      'deploy/base',
      'v1.2.0',
    ],
    ['https://github.com/org/repo/deploy/base?ref=v1', 'https://github.com/org/repo', 'deploy/base', 'v1'],
    ['https://github.com/org/repo?version=v1', 'https://github.com/org/repo', '', 'v1'],
    ['github.com/org/repo/deploy?ref=main', 'https://github.com/org/repo', 'deploy', 'main'],
    ['github.com/org/repo', 'https://github.com/org/repo', '', undefined],
    ['https://git.corp/group/sub/repo.git//base?ref=v1', 'https://git.corp/group/sub/repo.git', 'base', 'v1'],
    ['https://git.corp/group/sub/repo.git/base', 'https://git.corp/group/sub/repo.git', 'base', undefined],
    ['https://git.corp/group/sub/repo//base', 'https://git.corp/group/sub/repo', 'base', undefined],
    ['git@git.corp:org/repo.git//base?ref=v1&timeout=90s', 'git@git.corp:org/repo.git', 'base', 'v1'],
    ['git@github.com:org/repo/base?ref=v1', 'git@github.com:org/repo', 'base', 'v1'],
    ['ssh://git@git.corp:2222/org/repo//base', 'ssh://git@git.corp:2222/org/repo', 'base', undefined],
    ['git::https://git.corp/org/repo//base?ref=v1', 'https://git.corp/org/repo', 'base', 'v1'],
    [
      'https://dev.azure.com/org/project/_git/repo//base?ref=v1',
      'https://dev.azure.com/org/project/_git/repo',
      'base',
      'v1',
    ],
    ['https://git.corp/org/repo//?ref=v1', 'https://git.corp/org/repo', '', 'v1'],
  ]
  for (const [reference, url, path, ref] of cases) {
    expect([reference, readRemoteBase(reference)]).toEqual([reference, { url, path, ref }])
  }
})

test('rows 12, 15 and 17: what is no repository elsewhere is refused, with what to do', () => {
  for (const reference of [
    'ext::sh -c touch% /tmp/x',
    'git::ext::sh -c x',
    'file:///etc//passwd',
    'git::file:///srv/repo',
    '/srv/repo//base',
    '--upload-pack=touch//x',
    'https://-oProxyCommand=x/org/repo',
    'ssh://git@-oProxyCommand/org/repo',
    'http://git.corp/org/repo',
    'https://user:secret@git.corp/org/repo',
    'https://127.0.0.1/org/repo',
    'https://localhost:8080/org/repo',
    'https://169.254.169.254/latest/meta-data',
    'https://2852039166/latest/meta-data',
    'https://[::ffff:169.254.169.254]/latest/meta-data',
    'git@localhost:org/repo',
    'https://git.corp/org/repo//../../x',
    'https://git.corp/org',
    'https://raw.githubusercontent.com/org/repo/v1/deploy.yaml',
    'https://github.com/org/repo/releases/download/v1/install.yaml',
    's3::https://bucket/x',
    '',
  ]) {
    const found = readRemoteBase(reference)
    expect([reference, found]).toMatchObject([reference, { message: /./, hint: /./ }])
    expect(JSON.stringify(found)).not.toContain('secret')
  }
})

test('whatever is taken is an address that git takes, and a folder that stays inside', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          'https://',
          'git@',
          'github.com',
          'a',
          '/',
          '//',
          '..',
          '.git',
          ':',
          '?ref=',
          '-x',
          '_git',
        ),
        {
          maxLength: 12,
        },
      ),
      (parts) => {
        const found = readRemoteBase(parts.join(''))
        if ('message' in found) return
        expect(checkUrl(found.url)).toHaveProperty('transport')
        expect(found.path.split('/')).not.toContain('..')
      },
    ),
  )
})
