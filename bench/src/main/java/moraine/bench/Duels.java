package moraine.bench;

/** The paths that are compared side by side, by the keys of their rows. */
final class Duels {
    private Duels() {}

    static Duel open(String key) {
        return switch (key) {
            case "allocate" -> new AllocationDuel(AllocationDuel.WARM);
            case "allocate-buddy" -> new AllocationDuel(AllocationDuel.THROUGH_BUDDY);
            case "fault" -> new FaultDuel(/* zeroing= */ false);
            case "fault-zero" -> new FaultDuel(/* zeroing= */ true);
            case "tlb" -> new TranslationDuel(TranslationDuel.Pattern.RANDOM);
            case "tlb-sequential" -> new TranslationDuel(TranslationDuel.Pattern.SEQUENTIAL);
            case "tlb-chain" -> new TranslationDuel(TranslationDuel.Pattern.CHAIN);
            case "migrate" -> new MigrationDuel();
            case "snapshot" -> new SnapshotDuel();
            case "policy" -> new PolicyDuel(IdlePolicy.SILENT);
            default -> DeviceMoveDuel.of(key);
        };
    }
}
