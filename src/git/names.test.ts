import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanPath, isSafePart } from './path.ts'
import { isObjectId, isRefName } from './ref.ts'
import { checkUrl } from './url.ts'

describe('row 17: URLs', () => {
  test('https, ssh, the short ssh form, file URLs and absolute paths are taken', () => {
    const taken: readonly (readonly [string, string])[] = [
      ['https://git.corp/fleet.git', 'https'],
      ['https://git.corp:8443/group/fleet', 'https'],
      ['https://[2001:db8::1]/fleet.git', 'https'],
      ['http://127.0.0.1:3000/fleet.git', 'http'],
      ['ssh://git@git.corp:2222/group/fleet.git', 'ssh'],
      ['git@git.corp:group/fleet.git', 'ssh'],
      ['file:///srv/fleet.git', 'file'],
      ['/srv/fleet', 'file'],
    ]
    for (const [text, transport] of taken) expect([text, checkUrl(text)]).toMatchObject([text, { transport }])
  })

  test('helpers, options, foreign transports and whatever hides one are refused', () => {
    const refused = [
      '--upload-pack=touch /tmp/x',
      '-oProxyCommand=touch',
      'ext::sh -c touch% /tmp/x',
      'eXt::sh',
      'fd::17',
      'ssh://-oProxyCommand=touch/x',
      'ssh://git@-host/x',
      '-git@host:x',
      'git@-host:x',
      'git@host:-x',
      'https://host/--upload-pack=x',
      'ftp://host/x',
      'git://host/x',
      'gopher://host/x',
      'http://git.corp/x',
      'http://127.0.0.1.evil.example/x',
      'https://host/a/../../b',
      'https://host?x',
      'https://host/x#frag',
      '',
      'relative/path',
      './x',
      '../x',
      '/srv/../etc',
      'https://ho st/x',
      'https://host/\n',
      'https://host/x\0',
      'https://host:0/x',
      'https://host:99999/x',
      'https:///x',
      'https://host',
      "ssh://host/a'b",
      'C:\\x',
      'file://host/x',
    ]
    for (const text of refused) expect([text, checkUrl(text)]).toMatchObject([text, { code: 'invalid-url' }])
  })

  test('row 47: passwords and tokens in a URL are seen, and shown nowhere', () => {
    for (const userinfo of ['alice:s3cr3t-canary', ':s3cr3t-canary', 'ghp_s3cr3t-canary-0123456789']) {
      const checked = checkUrl(`https://${userinfo}@git.corp/fleet.git`)
      expect(checked).toMatchObject({ hasPassword: true, shown: 'https://git.corp/fleet.git' })
      expect(JSON.stringify(checked)).not.toContain('s3cr3t-canary')
    }
    expect(checkUrl('https://org@dev.azure.com/org/fleet')).toMatchObject({ hasPassword: false })
  })

  test('whatever is taken has one of the transports and no leading dash, white space or climbing part', () => {
    const piece = fc.constantFrom(
      'https://',
      'ssh://',
      'file://',
      'ext::',
      '/',
      '..',
      '-',
      '@',
      ':',
      'git',
      'host',
      '.',
      '?',
      '#',
      '%',
      ' ',
      "'",
      '\n',
    )
    const anyUrl = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(anyUrl, (text) => {
        const checked = checkUrl(text)
        if ('code' in checked) return
        if (checked.transport === 'file') {
          expect(checked.address.split('/')).not.toContain('..')
          return
        }
        expect(checked.address).toMatch(
          /^(https:\/\/|http:\/\/(localhost|127\.|\[::1\])|ssh:\/\/|\/|[^-/][^/]*:)/,
        )
        expect(checked.address).not.toMatch(/[\s\p{Cc}]|::[^\]]*$|\/\.\.(\/|$)|(?:^|\/|\/\/[^/]*[@:])-/u)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('row 19: refs', () => {
  test('names that git has are names', () => {
    for (const name of [
      'main',
      'release/1.2',
      'v1.2.3',
      'feature/ä-ö',
      'a@b',
      'refs/heads/main',
      'user-1/fix_2',
    ]) {
      expect([name, isRefName(name)]).toEqual([name, true])
    }
  })

  test('names that climb, select or could be an option are none', () => {
    const refused = [
      'refs/heads/../../config',
      '-x',
      '--upload-pack=x',
      'a/-b',
      'a..b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[b',
      'a\\b',
      '@',
      'a@{1}',
      '/a',
      'a/',
      'a//b',
      '.a',
      'a/.b',
      'a.lock',
      'a.lock/b',
      'a.',
      'a b',
      'a\tb',
      'a\0b',
      '',
      'x'.repeat(251),
    ]
    for (const name of refused) expect([name, isRefName(name)]).toEqual([name, false])
  })

  test('only full object IDs are commits', () => {
    expect(isObjectId('a'.repeat(40))).toBe(true)
    expect(isObjectId('0'.repeat(64))).toBe(true)
    for (const text of ['abc1234', 'A'.repeat(40), 'g'.repeat(40), `${'a'.repeat(40)}\n`]) {
      expect(isObjectId(text)).toBe(false)
    }
  })
})

describe('rows 1, 2 and 18: paths', () => {
  test('a path is brought to its one form', () => {
    expect(cleanPath('apps/web')).toBe('apps/web')
    expect(cleanPath('./apps//web/')).toBe('apps/web')
    expect(cleanPath('.')).toBe('')
    expect(cleanPath('')).toBe('')
    expect(cleanPath('a/..b/c..')).toBe('a/..b/c..')
  })

  test('paths that leave the repository, or mean something else than they show, are refused', () => {
    const refused = [
      '../../../etc/passwd',
      'a/../b',
      '/etc/passwd',
      'a/..',
      'a\\..\\b',
      'file:///etc/passwd',
      'http:../x',
      'C:/x',
      '.git/config',
      'a/.GIT/hooks',
      'a/.git /x',
      'git~1/x',
      '.g\u200cit/x',
      '.git::$INDEX_ALLOCATION',
      'a\0b',
      'a\nb',
    ]
    for (const path of refused) expect([path, cleanPath(path)]).toEqual([path, undefined])
  })

  test('whatever is accepted stays below its root and reads back as itself', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '//',
      'a',
      '.git',
      '\\',
      ':',
      '\0',
      'b.yaml',
      ' ',
      '\u200d',
      '~1',
    )
    const anyPath = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 10 }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(anyPath, (path) => {
        const clean = cleanPath(path)
        if (clean === undefined) return
        expect(cleanPath(clean)).toBe(clean)
        expect(clean === '' || clean.split('/').every(isSafePart)).toBe(true)
        const resolved = new URL(clean.split('/').map(encodeURIComponent).join('/'), 'file:///root/').pathname
        expect(resolved.startsWith('/root/')).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })
})
