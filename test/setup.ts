import { ensureBinaries } from '../tools/kubernetes/index.ts'

/** Builds the test servers once, before any test asks for one and would run into its time limit. */
export default async function setup(): Promise<void> {
  await ensureBinaries()
}
