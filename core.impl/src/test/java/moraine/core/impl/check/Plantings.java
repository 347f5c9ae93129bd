package moraine.core.impl.check;

import java.util.ArrayList;
import java.util.List;

/** All plantings. */
final class Plantings {
    private Plantings() {}

    static List<Planting> all() {
        List<Planting> all = new ArrayList<>();
        all.addAll(CachePlantings.all());
        all.addAll(EntryPlantings.all());
        all.addAll(FramePlantings.all());
        all.addAll(MergePlantings.all());
        all.addAll(MirrorPlantings.all());
        all.addAll(ZonePlantings.all());
        return all;
    }
}
