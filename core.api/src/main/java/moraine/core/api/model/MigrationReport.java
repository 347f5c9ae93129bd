package moraine.core.api.model;

/**
 * What a request to move pages did.
 *
 * @param requestedPages pages in the range
 * @param movedPages pages that are where they were asked to be because of this request
 * @param alreadyPages pages that were there before
 * @param skippedPages holes, pinned or locked pages, refused destinations
 */
public record MigrationReport(long requestedPages, long movedPages, long alreadyPages, long skippedPages) {}
