/**
 * The real `sops`, with which tests encrypt what the hub decrypts. Built from its Go module once per version.
 */
import { join } from 'node:path'
import { ensureGoProgram } from '../wasm/go-program.ts'

/** Builds the program (a minute or two), or finds it. */
export function ensureSops(): Promise<string> {
  return ensureGoProgram({
    name: 'sops',
    module: join(import.meta.dirname, 'module'),
    main: 'github.com/getsops/sops/v3/cmd/sops',
    kept: 'test-servers',
  })
}
