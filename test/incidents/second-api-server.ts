import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ApiServer, freePorts, startProgram } from '../../tools/kubernetes/index.ts'
import { startTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import type { Started } from './each-rig.ts'

/** A further API server of the same cluster, which reaches etcd through a proxy that the test can freeze. */
export interface SecondApiServer {
  readonly port: number
  readonly etcd: TcpProxy
}

export async function startSecondApiServer(server: ApiServer, started: Started): Promise<SecondApiServer> {
  const etcd = await startTcpProxy({ port: Number(new URL(server.etcdUrl).port) })
  started.add(() => etcd.stop())
  const [port = 0] = await freePorts(1)
  const command = (await readFile(`/proc/${server.api.pid}/cmdline`, 'utf8')).split('\0').filter(Boolean)
  const [program = '', ...flags] = command
  const changed = flags.map((flag) => {
    if (flag.startsWith('--etcd-servers=')) return `--etcd-servers=http://127.0.0.1:${etcd.port}`
    if (flag.startsWith('--secure-port=')) return `--secure-port=${port}`
    if (flag.startsWith('--audit-log-path=')) return `--audit-log-path=${join(server.folder, 'audit-2.log')}`
    return flag
  })
  const second = startProgram(program, changed, join(server.folder, 'apiserver-2.log'))
  started.add(() => second.stop(500))
  const url = server.url.replace(/\d+$/, String(port))
  for (;;) {
    if (!second.running()) throw new Error('the second API server did not start')
    const probe = ['--server', url, 'get', '--raw', '/readyz']
    if ((await server.kubectl('admin', probe)).code === 0) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { port, etcd }
}
