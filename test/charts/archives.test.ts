import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChartRig, failureOf } from './opened-charts.ts'
import { packEntries, sha256, type TarEntry } from './pack-chart.ts'

let rig: ChartRig

beforeEach(() => {
  rig = new ChartRig()
})

afterEach(() => rig.close())

const chartYaml: TarEntry = { name: 'web/Chart.yaml', body: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' }

/** Fetches an archive as a chart, from a repository that vouches for it. */
async function fetchArchive(archive: Buffer, limits = {}) {
  const server = await rig.serve()
  const entry = `  - version: 1.0.0\n    digest: ${sha256(archive)}\n    urls: [web.tgz]\n`
  server.answers.set('/index.yaml', `entries:\n  web:\n${entry}`)
  server.answers.set('/web.tgz', archive)
  return rig.open([server], { limits }).fetchChart({ repository: server.url, name: 'web', version: '1.0.0' })
}

describe('row 6: an archive that leads elsewhere is refused whole', () => {
  const cases: readonly (readonly [string, TarEntry])[] = [
    ['a name that climbs', { name: 'web/../../etc/cron.d/x', body: 'x' }],
    ['an absolute name', { name: '/etc/passwd', body: 'x' }],
    ['a name with a backslash', { name: 'web\\..\\x', body: 'x' }],
    ['a drive', { name: 'C:/x', body: 'x' }],
    ['a name with a control character', { name: 'web/a\nb', body: 'x' }],
    ['a hard link', { name: 'web/passwd', kind: '1', link: '/etc/passwd' }],
    ['a symbolic link', { name: 'web/values.yaml', kind: '2', link: '/proc/self/environ' }],
    ['a character device', { name: 'web/null', kind: '3' }],
    ['a block device', { name: 'web/sda', kind: '4' }],
    ['a pipe', { name: 'web/pipe', kind: '6' }],
    ['a link with a long name', { name: 'web/x', kind: 'K', body: '/etc/passwd\0' }],
    ['a sparse file', { name: 'web/sparse', kind: 'S' }],
    ['a long name that climbs', { name: 'web/x', kind: 'L', body: `web/../../${'x'.repeat(200)}\0` }],
    ['an extended name that climbs', { name: 'web/x', kind: 'x', body: '18 path=../../etc\n' }],
    ['an extended size', { name: 'web/x', kind: 'x', body: '16 size=9999999\n' }],
    ['a file twice', chartYaml],
  ]
  test.each(cases)('%s', async (_, entry) => {
    const after: TarEntry = { name: 'web/after', body: 'x' }
    const failed = await failureOf(fetchArchive(packEntries([chartYaml, entry, after])))
    expect(failed).toMatchObject({ code: 'unsafe-archive' })
  })
})

describe('row 6: an archive that unpacks to too much is cut', () => {
  test('a few kilobytes that become gigabytes end at the limit', async () => {
    // 64 MiB of zeros in 64 kB, sixteen times over: gzip members follow each other.
    const member = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const archive = Buffer.concat(Array.from({ length: 320 }, () => member))
    const before = process.memoryUsage().rss
    expect(await failureOf(fetchArchive(archive))).toMatchObject({ code: 'too-large' })
    // 20 GiB were promised; what was held is a small part of one.
    expect(process.memoryUsage().rss - before).toBeLessThan(1024 * 1024 * 1024)
  })

  test('more files than the limit are refused', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ name: `web/f${index}`, body: 'x' }))
    const failed = await failureOf(fetchArchive(packEntries([chartYaml, ...many]), { files: 20 }))
    expect(failed).toMatchObject({ code: 'too-large' })
  })

  test('an archive that is larger than the limit is not taken from the network', async () => {
    const large = packEntries([chartYaml, { name: 'web/x', body: Buffer.from(sha256('x').repeat(1000)) }])
    expect(await failureOf(fetchArchive(large, { archiveBytes: 100 }))).toMatchObject({ code: 'too-large' })
  })
})

describe('an archive that is no chart', () => {
  test.each([
    ['no gzip', Buffer.from('<html></html>')],
    ['cut short', packEntries([chartYaml]).subarray(0, 60)],
    ['without Chart.yaml', packEntries([{ name: 'web/values.yaml', body: '{}' }])],
    ['empty', packEntries([])],
    ['of two folders', packEntries([chartYaml, { name: 'other/x', body: 'x' }])],
    ['of files without a folder', packEntries([{ name: 'Chart.yaml', body: 'name: web' }])],
    ['with a Chart.yaml that is no map', packEntries([{ name: 'web/Chart.yaml', body: '- 1' }])],
    ['with a wrong checksum', gzipSync(Buffer.alloc(1024, 'x'))],
  ])('%s is refused', async (_, archive) => {
    expect(await failureOf(fetchArchive(archive))).toMatchObject({ code: 'bad-chart' })
  })
})

test('folders, long names and headers for all files are read as every tar writes them', async () => {
  const long = `web/templates/${'n'.repeat(120)}.yaml`
  const path = `web/${'p'.repeat(150)}.yaml`
  const record = `path=${path}\n`
  const archive = packEntries([
    { name: 'pax_global_header', kind: 'g', body: '52 comment=0123456789012345678901234567890123456789\n' },
    { name: './web/', kind: '5' },
    { ...chartYaml, name: './web/Chart.yaml' },
    { name: '././@LongLink', kind: 'L', body: `${long}\0` },
    { name: 'web/templates/short', body: 'a: 1' },
    { name: 'PaxHeaders/x', kind: 'x', body: `${record.length + 4} ${record}` },
    { name: 'web/short', body: 'b: 2' },
  ])
  const { files } = await fetchArchive(archive)
  expect([...files.keys()]).toEqual(['Chart.yaml', long.slice(4), path.slice(4)])
})
