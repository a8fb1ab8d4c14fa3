/** The image's name without tag and digest: a new version is the same program. The container where no image is known. */
export function repositoryOf({
  image = '',
  container,
}: {
  readonly image?: string;
  readonly container: string;
}): string {
  return image === '' ? container : image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}
