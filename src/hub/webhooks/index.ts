/**
 * Push webhooks of GitHub, GitLab and Gitea: somebody says that there is something to see.
 *
 * A webhook is believed no further than that. It is authenticated by the forge's own signature, names a repository that
 * the hub knows or is refused, and makes the hub look at it. Key invariant: what is found, and which revision is used, is
 * decided by the look alone; a lost webhook costs no more than the poll interval (incident 36).
 */
export { announcedRepositories, forgePlaceOf, placeOfRepository } from './announced.ts'
export { PushLooks } from './push-looks.ts'
export { type SignedBy, Signatures } from './signatures.ts'
