import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ensureBinaries, type User } from '../../tools/kubernetes/index.ts'
import type { Rig } from './rig.ts'

const run = promisify(execFile)

/** The real `kubectl edit`, with an editor that changes the YAML by one expression of sed. */
export async function kubectlEdit(
  rig: Rig,
  user: User,
  object: string,
  expression: string,
  ...flags: readonly string[]
): Promise<string> {
  const { kubectl } = await ensureBinaries()
  const { folder } = rig.server
  const env = {
    ...process.env,
    KUBECONFIG: join(folder, `${user}.kubeconfig`),
    HOME: folder,
    KUBE_EDITOR: `sed -i -E -e '${expression}'`,
  }
  const { stdout } = await run(kubectl, ['edit', object, '-n', rig.namespace, ...flags], { env })
  return stdout
}
