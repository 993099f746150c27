import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ApiServer,
  ensureBinaries,
  freePorts,
  type Program,
  startProgram,
} from '../../tools/kubernetes/index.ts'
import type { Started } from './each-rig.ts'

/** The state of a cluster at one moment. */
export interface Backup {
  /** Brings the cluster back to that moment, under the same address: revisions go back. */
  restore(): Promise<void>
}

/** Stops the cluster for a moment and keeps a copy of its data. */
export async function backUp(server: ApiServer, started: Started): Promise<Backup> {
  const { etcd: program } = await ensureBinaries()
  const [peerPort] = await freePorts(1)
  const data = join(server.folder, 'etcd')
  const copy = join(server.folder, 'backup')
  let current: Program
  const start = (): void => {
    current = startProgram(
      program,
      [
        `--data-dir=${data}`,
        '--unsafe-no-fsync',
        `--listen-client-urls=${server.etcdUrl}`,
        `--advertise-client-urls=${server.etcdUrl}`,
        `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      ],
      join(server.folder, 'etcd-restored.log'),
    )
  }
  await server.etcd.stop(500)
  await cp(data, copy, { recursive: true })
  start()
  started.add(() => current.stop())
  await server.restart()
  return {
    async restore() {
      await current.stop(500)
      await rm(data, { recursive: true })
      await cp(copy, data, { recursive: true })
      start()
      await server.restart()
    },
  }
}

/** Makes etcd forget every revision before now. */
export async function compact(server: ApiServer): Promise<void> {
  const text = await server.mustKubectl('admin', [
    'get',
    '--raw',
    '/api/v1/namespaces/default/configmaps?limit=1',
  ])
  const revision = (JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion
  const answer = await fetch(`${server.etcdUrl}/v3/kv/compaction`, {
    method: 'POST',
    body: JSON.stringify({ revision, physical: true }),
  })
  if (!answer.ok) throw new Error(`etcd did not compact: ${await answer.text()}`)
}
