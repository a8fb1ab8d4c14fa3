/** An engine cannot be reached, for a reason that is known together with what to do about it. */
export class EndpointError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
