/**
 * Builds the programs that few tests need, one after the other, in the order in which they are waited for. The test
 * command runs it beside the tests at the lowest priority, so that nothing waits for what only some need.
 */
import { ensureGitea } from './gitea/index.ts'
import { ensureNativeTools } from './render/native.ts'
import { ensureSops } from './sops/index.ts'

await ensureNativeTools()
await ensureSops()
await ensureGitea()
