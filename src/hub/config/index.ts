/**
 * What the hub is told at its start: flags, environment, `hub.yaml`, defaults, in that order.
 *
 * Refuses unknown fields (with the nearest known name), listening to others without TLS, and every credential in
 * the file itself: credentials have names, and a name resolves to a file, a variable or a Secret of the cluster where the
 * hub runs when it is used.
 * Key invariant: no message quotes a value, and no secret is used past its time: files and variables are read at each
 * use, a Secret of the cluster again after 5 seconds.
 */
export type { Environment } from './environment.ts'
export {
  type ConfigFlags,
  type FleetSource,
  type HubConfig,
  isLoopback,
  type ListenAddress,
  loadHubConfig,
} from './hub-config.ts'
