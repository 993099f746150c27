import type { Discovery } from '../../kube/index.ts'

/** The groups and versions of which the cluster could not tell what they serve. */
export const gapsIn = ({ failed }: Discovery): string[] => failed.map(({ groupVersion }) => groupVersion)
